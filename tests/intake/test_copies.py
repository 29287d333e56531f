"""Which facts are copies: keys that windows make, chains of retries, true repeats; no database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from antiphon.intake.copies import Key, Owner, Sorted, keys_by_first, sort_out
from antiphon.intake.normalise import KeyedFact, facts_of
from antiphon.providers.protocol import Identity, ReplyReceived, SourceSettings

WINDOW = timedelta(minutes=10)
SOURCE = SourceSettings(account_id=1, id=7, app="cm", product_token="", notice_tokens=(), numbers=())
START = datetime(2026, 3, 24, 10, 42, tzinfo=UTC)
W = int(WINDOW.total_seconds() * 1_000_000)
# Aimed at the edges of windows: the same instant, exactly one window, one microsecond either side, and anything between.
EDGES = st.sampled_from([0, 1, W // 2, W - 1, W])
STEPS = st.one_of(EDGES, st.integers(0, W))
OFFSETS = st.one_of(st.sampled_from([0, 1, W - 1]), st.integers(0, W - 1))


def fact(at: datetime, *, text: str = "yes", window: timedelta | None = WINDOW, arrival_id: UUID | None = None) -> KeyedFact:
    parsed = ReplyReceived(Identity(("reply", "0031611111111", "1234", text), window), phone="0031611111111", to="1234", text=text)
    found, reason = facts_of([parsed], arrival_id=arrival_id or uuid4(), received_at=at, source=SOURCE)
    assert not reason
    return found[0]


@dataclass
class Keys:
    """The table of keys, as the statements treat it."""

    rows: dict[Key, Owner] = field(default_factory=dict)

    def take(self, *batch: KeyedFact) -> Sorted:
        facts = sorted(batch, key=lambda one: one.fact.received_at)
        claimed = keys_by_first(facts)
        for key, owner in claimed.items():
            self.rows.setdefault(key, owner)
        found = sort_out(facts, claimed=claimed, owners={key: self.rows[key] for key in claimed})
        self.rows |= found.brought
        return found


@given(OFFSETS, st.lists(STEPS, min_size=1, max_size=12))
def test_retries_at_most_a_window_apart_are_one_fact_however_many(offset: int, steps: list[int]) -> None:
    keys, at = Keys(), START + timedelta(microseconds=offset)
    original = fact(at)
    assert [one for one, _ in keys.take(original).fresh] == [original]
    for step in steps:
        at += timedelta(microseconds=step)
        found = keys.take(fact(at))
        assert (found.fresh, [copy.fact_id for copy in found.copies]) == ([], [original.fact.id])


@given(OFFSETS, st.lists(st.one_of(st.sampled_from([2 * W, 2 * W + 1]), st.integers(2 * W, 9 * W)), min_size=1, max_size=6))
def test_true_repeats_at_least_two_windows_apart_are_facts_of_their_own(offset: int, steps: list[int]) -> None:
    keys, at = Keys(), START + timedelta(microseconds=offset)
    keys.take(fact(at))
    for step in steps:
        at += timedelta(microseconds=step)
        found = keys.take(fact(at))
        assert (len(found.fresh), found.copies) == (1, [])


@given(OFFSETS, st.lists(STEPS, min_size=1, max_size=12), st.lists(st.booleans(), min_size=13, max_size=13))
def test_the_split_into_batches_changes_nothing(offset: int, steps: list[int], cuts: list[bool]) -> None:
    moments = [START + timedelta(microseconds=offset)]
    for step in steps:
        moments.append(moments[-1] + timedelta(microseconds=step))
    batches: list[list[KeyedFact]] = [[]]
    for moment, is_cut in zip(moments, cuts, strict=False):
        batches[-1].append(fact(moment))
        if is_cut:
            batches.append([])
    keys = Keys()
    found = [keys.take(*batch) for batch in batches]
    assert sum(len(one.fresh) for one in found) == 1
    assert sum(len(one.copies) for one in found) == len(moments) - 1


@given(st.integers(0, 40 * 24 * 3600))
def test_a_fact_with_the_providers_time_is_one_for_as_long_as_its_key_is_kept(seconds: int) -> None:
    keys = Keys()
    original = fact(START, window=None)
    keys.take(original)
    found = keys.take(fact(START + timedelta(seconds=seconds), window=None))
    assert [copy.fact_id for copy in found.copies] == [original.fact.id]


def test_copies_in_one_arrival_are_one_fact_and_different_facts_are_two() -> None:
    arrival_id = uuid4()
    first, second, other = (fact(START, text=text, arrival_id=arrival_id) for text in ("yes", "yes", "no"))
    found = Keys().take(first, second, other)
    assert [one for one, _ in found.fresh] == [first, other]
    assert [copy.fact_id for copy in found.copies] == [first.fact.id]


def test_another_try_of_an_arrival_takes_its_facts_under_the_ids_of_the_first() -> None:
    keys, arrival_id = Keys(), uuid4()
    first = fact(START, arrival_id=arrival_id)
    keys.take(first)
    again = fact(START, arrival_id=arrival_id)
    assert again.fact.id != first.fact.id
    assert keys.take(again).fresh == [(again, first.fact.id)]


def test_another_try_of_a_copy_takes_nothing() -> None:
    keys, arrival_id = Keys(), uuid4()
    keys.take(fact(START))
    for _ in range(2):
        assert keys.take(fact(START + WINDOW, arrival_id=arrival_id)).fresh == []


def test_sources_do_not_share_keys() -> None:
    keys = Keys()
    keys.take(fact(START))
    parsed = ReplyReceived(Identity(("reply", "0031611111111", "1234", "yes"), WINDOW), phone="0031611111111", to="1234", text="yes")
    elsewhere = SourceSettings(account_id=1, id=8, app="cm", product_token="", notice_tokens=(), numbers=())
    found, _ = facts_of([parsed], arrival_id=uuid4(), received_at=START, source=elsewhere)
    assert len(keys.take(*found).fresh) == 1
