"""The readable cases: every one is decided the same by the specification and by the statement."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from antiphon.attribution import verbs
from antiphon.attribution.decide import Holding, Notice, SourceRules
from antiphon.attribution.types import EntryPointKind, Question
from antiphon.kit import keys
from antiphon.kit.db import Database
from antiphon.kit.ids import uuid7

from .scenes import ACCOUNT, Scene, essence_of_outcome, essence_of_reasoning, stored

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NUMBERS = {"A": "+3197000004410", "B": "+3197000004411", "brand": "brand"}
CONSUMERS = {"cleo": UUID(int=1), "mia": UUID(int=2)}
SPRING = {"name": "spring", "ids": ["C1"]}
FRAME = ["03-24", "03-25"]


def test_there_are_cases_enough_and_no_two_of_a_name() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 55


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(tables: Database, case: dict[str, Any]) -> None:
    scene = _scene(case)
    question = scene.questions[0]
    with stored(tables, scene):
        outcome = verbs.attribute(tables, ACCOUNT, [question], at=question.replied_at)[0]
    reasoning = scene.reasoning(question)
    assert essence_of_outcome(outcome) == essence_of_reasoning(reasoning)
    names = {n.id: given.get("name", given["campaign"]) for n, given in zip(scene.notices, case.get("notices", []), strict=True)}
    engagements = {number: given["name"] for number, given in enumerate(_engagements(case), start=1)}
    assert case["expect"] == _without_nothing(
        verdict=outcome.verdict,
        engagement=engagements.get(outcome.engagement_id or 0),
        notice=names.get(outcome.notice_id or UUID(int=0)),
        found=outcome.found,
    )


def _scene(case: Mapping[str, Any]) -> Scene:
    ignored = frozenset(map(keys.fold, case.get("ignored", [])))
    return Scene(
        sources=(
            SourceRules(1, timedelta(days=30), timedelta(minutes=10), ignored),
            SourceRules(2, timedelta(days=30), timedelta(minutes=10)),
        ),
        notices=tuple(_notice(given) for given in case.get("notices", [])),
        holdings=tuple(h for i, given in enumerate(_engagements(case), start=1) for h in _holdings(i, given)),
        answer_references=frozenset(case.get("own_references", [])),
        questions=(_question(case["reply"]),),
    )


def _engagements(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(case.get("engagements", [SPRING]))


def _notice(given: Mapping[str, Any]) -> Notice:
    sent_at = _instant(given["at"])
    return Notice(
        id=uuid7(sent_at),
        source_id=given.get("source", 1),
        consumer_id=CONSUMERS[given.get("consumer", "cleo")],
        campaign_key=keys.fold(given["campaign"]),
        sender_key=NUMBERS[given.get("sender", "A")],
        sent_at=sent_at,
        sent_at_is_receipt=given.get("receipt", False),
        dedupe_key=bytes([given.get("dedupe", 0)]) * 16,
        reference=given.get("reference", ""),
        reference_is_inferred=given.get("inferred", False),
    )


def _holdings(engagement_id: int, given: Mapping[str, Any]) -> list[Holding]:
    """Entry points of equal source, kind and key are one: their ids follow from these."""
    wanted = [(EntryPointKind.CAMPAIGN_ID, keys.fold(value)) for value in given.get("ids", [])]
    wanted += [(EntryPointKind.PHONE_NUMBER, NUMBERS[value]) for value in given.get("numbers", [])]
    source_id = given.get("source", 1)
    starts_at, ends_at = _frame(given.get("frame", FRAME))
    return [
        Holding(
            source_id,
            kind,
            key,
            _id_of(source_id, kind, key),
            engagement_id,
            given.get("number", engagement_id),
            1,
            given.get("enabled", True),
            engagement_id,
            given.get("state", "published"),
            starts_at,
            ends_at,
        )
        for kind, key in wanted
    ]


def _id_of(source_id: int, kind: EntryPointKind, key: str) -> int:
    return int.from_bytes(f"{source_id}{kind[0]}{key[-4:]}".encode(), "big")


def _frame(days: list[str]) -> tuple[datetime, datetime | None]:
    """Include the end day: the frame ends where the next day begins."""
    first, *last = [datetime.strptime(f"2026-{day}", "%Y-%m-%d") for day in days]  # noqa: DTZ007 - a local day
    ends_at = (last[0] + timedelta(days=1)).replace(tzinfo=AMSTERDAM).astimezone(UTC) if last else None
    return first.replace(tzinfo=AMSTERDAM).astimezone(UTC), ends_at


def _question(given: Mapping[str, Any]) -> Question:
    return Question(
        consumer_id=CONSUMERS["cleo"],
        source_id=1,
        replied_at=_instant(given["at"]),
        to_key=NUMBERS[given.get("to", "A")],
        campaign_key=keys.fold(given.get("campaign", "")),
        reference=given.get("reference", ""),
        answers_us=given.get("answers_us", False),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=AMSTERDAM).astimezone(UTC)


def _without_nothing(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
