"""Edits that meet: a stamp of what a form showed, so that a save can say what somebody else changed meanwhile."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from antiphon.kit.problems import Problem

_DIGITS = 10


class Overtaken(Problem):
    """Somebody changed it since the form was shown; `fields` are what they changed."""

    status = 412

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("stale", "This was changed meanwhile ({fields}): look at it, then save again.", fields=", ".join(fields))
        self.fields = fields


def stamp(values: Mapping[str, Any]) -> str:
    """Return what a form carries of the values it shows."""
    return "-".join(f"{name}.{_digest(value)}" for name, value in values.items())


def check(given: str | None, values: Mapping[str, Any]) -> None:
    """Raise Overtaken when the values are not those of the stamp; without a stamp nothing is compared."""
    if not given:
        return
    shown = dict(part.partition(".")[::2] for part in given.split("-"))
    changed = tuple(name for name, value in values.items() if shown.get(name) != _digest(value))
    if changed:
        raise Overtaken(changed)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what changed, as the audit trail keeps it: from and to by field."""
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, default=str).encode(), digest_size=_DIGITS // 2).hexdigest()
