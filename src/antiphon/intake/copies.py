"""Decides which facts of a batch are new and which are copies, from who owns their keys; no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from antiphon.intake.normalise import FactKind, KeyedFact

Key = tuple[int, bytes]


class Owner(msgspec.Struct, frozen=True, gc=False):
    """The fact that a key stands for, and the arrival that brought it."""

    arrival_id: UUID
    fact_id: UUID


class Copy(msgspec.Struct, frozen=True, gc=False):
    """One more copy of a fact: what it came as, the fact, its consumer's phone, and the arrival that brought it, if one did."""

    kind: FactKind
    fact_id: UUID
    phone: str
    arrival_id: UUID


@dataclass(slots=True)
class Sorted:
    """A batch, sorted out: new facts with the id they are stored under, copies, and the keys that copies brought."""

    fresh: list[tuple[KeyedFact, UUID]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    brought: dict[Key, Owner] = field(default_factory=dict)


def keys_by_first(facts: Iterable[KeyedFact]) -> dict[Key, Owner]:
    """Return every key of a batch with the earliest fact that has it; the facts come in order of receipt."""
    first: dict[Key, Owner] = {}
    for one in facts:
        own = Owner(one.arrival_id, one.fact.id)
        for key in one.keys:
            first.setdefault((one.fact.source_id, key), own)
    return first


def sort_out(facts: Sequence[KeyedFact], *, claimed: Mapping[Key, Owner], owners: Mapping[Key, Owner]) -> Sorted:
    """Tell new facts from copies. `claimed`: what this batch asked for; `owners`: who has the keys after it asked.

    1. A fact one of whose keys another arrival has, or an earlier fact of its own arrival, is a copy of that fact.
    2. Otherwise it is new, under the id its keys name: its own, or on another try the one from the first.
    3. The keys that a copy brings name the fact it is a copy of, so a chain of copies never outlives its window.
    """
    found = Sorted()
    settled = {key: owner for key, owner in owners.items() if claimed.get(key) != owner}
    taken: set[UUID] = set()
    for one in facts:
        keys = [(one.fact.source_id, key) for key in one.keys]
        owner = next((settled[key] for key in keys if key in settled), Owner(one.arrival_id, one.fact.id))
        is_copy = owner.arrival_id != one.arrival_id or owner.fact_id in taken or _is_shared(keys, settled, owner)
        if is_copy:
            found.copies.append(Copy(one.kind, owner.fact_id, one.fact.phone, one.arrival_id))
        else:
            found.fresh.append((one, owner.fact_id))
            taken.add(owner.fact_id)
        for key in keys:
            if settled.setdefault(key, owner) != owners.get(key, owner):
                found.brought[key] = settled[key]
    return found


def _is_shared(keys: Iterable[Key], settled: Mapping[Key, Owner], owner: Owner) -> bool:
    return any(settled[key].arrival_id != owner.arrival_id for key in keys if key in settled)
