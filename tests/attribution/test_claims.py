"""What facts are counted under: paused counts, frames are ignored for campaign IDs, numbers need them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from antiphon.attribution import verbs
from antiphon.attribution.decide import Holding, SourceRules
from antiphon.attribution.types import Claim, EntryPointKind, Question, Unclaimed
from antiphon.kit.db import Database

from .scenes import ACCOUNT, SKILL, Scene, stored

START = datetime(2026, 3, 24, tzinfo=UTC)
END = START + timedelta(days=2)
INSIDE = START + timedelta(hours=1)
SOURCES = tuple(SourceRules(i, timedelta(days=30), timedelta(minutes=10)) for i in (1, 2))
MICROSECOND = timedelta(microseconds=1)


def by_id(engagement_id: int, key: str = "c1", **changes: Any) -> Holding:
    return _holding(EntryPointKind.CAMPAIGN_ID, key, engagement_id, **changes)


def by_number(engagement_id: int, key: str = "+31a", **changes: Any) -> Holding:
    return _holding(EntryPointKind.PHONE_NUMBER, key, engagement_id, **changes)


def _holding(kind: EntryPointKind, key: str, engagement_id: int, **changes: Any) -> Holding:
    values: dict[str, Any] = {
        "source_id": 1, "kind": kind, "key": key, "entry_point_id": hash((kind, key)) % 10_000, "engagement_id": engagement_id,
        "engagement_number": engagement_id, "engagement_version": 1, "is_enabled": True, "campaign_id": engagement_id,
        "state": "published", "starts_at": START, "ends_at": END,
    }  # fmt: skip
    return Holding(**values | changes)


def claimed(
    tables: Database, *holdings: Holding, campaign_key: str = "c1", number_key: str = "+31a", at: datetime = INSIDE
) -> Claim | None:
    with stored(tables, Scene(SOURCES, holdings=holdings)):
        return verbs.claims(tables, ACCOUNT, [Unclaimed(1, campaign_key, number_key, at)])[0]


def engagement_of(claim: Claim | None) -> int | None:
    return claim.engagement_id if claim else None


def test_a_claim_says_everything_that_is_counted(tables: Database) -> None:
    holding = by_id(3, campaign_id=5)
    assert claimed(tables, holding) == Claim(5, 3, holding.entry_point_id, SKILL, "nl")


@pytest.mark.parametrize(("state", "counts"), [("published", True), ("paused", True), ("draft", False), ("archived", False)])
def test_published_and_paused_campaigns_count(tables: Database, state: str, counts: bool) -> None:
    assert (claimed(tables, by_id(1, state=state)) is not None) is counts


def test_disabled_engagements_do_not_count(tables: Database) -> None:
    assert claimed(tables, by_id(1, is_enabled=False)) is None
    assert engagement_of(claimed(tables, by_id(1, is_enabled=True))) == 1


@pytest.mark.parametrize("at", [START - MICROSECOND, START, END - MICROSECOND, END])
def test_a_campaign_id_counts_whatever_the_frame(tables: Database, at: datetime) -> None:
    assert engagement_of(claimed(tables, by_id(1), at=at)) == 1


@pytest.mark.parametrize(("at", "counts"), [(START - MICROSECOND, False), (START, True), (END - MICROSECOND, True), (END, False)])
def test_a_number_counts_inside_its_frame(tables: Database, at: datetime, counts: bool) -> None:
    assert (claimed(tables, by_number(1), at=at) is not None) is counts


def test_a_campaign_id_out_of_frame_goes_before_a_number_inside(tables: Database) -> None:
    assert engagement_of(claimed(tables, by_number(1), by_id(2, starts_at=START - timedelta(days=9), ends_at=START))) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"ends_at": START + MICROSECOND}, {"starts_at": START - timedelta(days=9)}),
        ({"starts_at": START - MICROSECOND}, {}),
        ({"engagement_number": 9}, {"engagement_number": 8}),
    ],
    ids=["a frame that holds it", "the latest start", "the lowest number"],
)
def test_several_claims(tables: Database, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert engagement_of(claimed(tables, by_id(1, **first), by_id(2, **second))) == 2
    assert engagement_of(claimed(tables, by_id(2, **first), by_id(1, **second))) == 1


def test_another_source_and_other_keys_claim_nothing(tables: Database) -> None:
    assert claimed(tables, by_id(1, source_id=2), by_number(2, source_id=2)) is None
    assert claimed(tables, by_id(1), by_number(2), campaign_key="c2", number_key="+31b") is None


def test_no_key_claims_nothing(tables: Database) -> None:
    assert claimed(tables, by_id(1, key=""), by_number(2, key=""), campaign_key="", number_key="") is None


def test_many_are_claimed_in_the_order_asked(tables: Database) -> None:
    asked = [Unclaimed(1, key, "", INSIDE) for key in ("c2", "none", "c1", "c2")]
    with stored(tables, Scene(SOURCES, holdings=(by_id(1), by_id(2, key="c2")))):
        assert [engagement_of(c) for c in verbs.claims(tables, ACCOUNT, asked)] == [2, None, 1, 2]
    assert verbs.claims(tables, ACCOUNT, []) == []


def test_an_unknown_source_is_refused(tables: Database) -> None:
    question = Question(UUID(int=1), 99, INSIDE, "")
    with pytest.raises(LookupError):
        verbs.attribute(tables, ACCOUNT, [question], at=INSIDE)
