"""Scenes of attribution: what the pure form takes, put into tables for the other form."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from antiphon.attribution.decide import Holding, Notice, Reasoning, Situation, SourceRules, decide
from antiphon.attribution.types import Outcome, Question
from antiphon.kit.db import Database, rows, run
from antiphon.kit.ids import uuid7

ACCOUNT = 1
SKILL = 7
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """What is stored and what is asked."""

    sources: tuple[SourceRules, ...]
    notices: tuple[Notice, ...] = ()
    holdings: tuple[Holding, ...] = ()
    answer_references: frozenset[str] = frozenset()
    questions: tuple[Question, ...] = ()

    def situation(self, source_id: int) -> Situation:
        source = next(s for s in self.sources if s.id == source_id)
        return Situation(source, self.notices, self.holdings, self.answer_references)

    def reasoning(self, question: Question) -> Reasoning:
        return decide(question, self.situation(question.source_id))


@dataclass(frozen=True)
class Essence:
    """What both forms must agree on."""

    notice_id: UUID | None
    found: str
    verdict: str
    campaign_key: str
    engagement_id: int | None
    engagement_version: int | None
    campaign_id: int | None
    entry_point_id: int | None
    entry_point_kind: str


def essence_of_reasoning(r: Reasoning) -> Essence:
    h = r.holding
    return Essence(
        r.notice.id if r.notice else None,
        r.found,
        r.verdict,
        r.campaign_key,
        h.engagement_id if h else None,
        h.engagement_version if h else None,
        h.campaign_id if h else None,
        h.entry_point_id if h else None,
        h.kind if h else "",
    )


def essence_of_outcome(o: Outcome | Any) -> Essence:
    return Essence(
        o.notice_id,
        o.found,
        o.verdict,
        o.campaign_key,
        o.engagement_id,
        o.engagement_version,
        o.campaign_id,
        o.entry_point_id,
        o.entry_point_kind,
    )


@contextmanager
def stored(db: Database, scene: Scene) -> Iterator[None]:
    """Have the scene in the tables for the block."""
    with db.transaction(force_rollback=True):
        store_scene(db, scene)
        yield


def store_scene(db: Database, scene: Scene) -> None:
    for source in scene.sources:
        _put_source(db, source)
    _put_holdings(db, scene.holdings)
    put(db, "notice", [notice_row(n) for n in scene.notices])
    put(db, "answer", [_answer_row(reference) for reference in sorted(scene.answer_references)])


def put(db: Database, table: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in one statement."""
    if not records:
        return
    names = ", ".join(records[0])
    statement = f"insert into {table} ({names}) select {names} from jsonb_populate_recordset(null::{table}, %(rows)s::jsonb)"
    run(db, statement, {"rows": json.dumps(list(records), default=_written)})


def _written(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def make_partitions(db: Database) -> None:
    rows(db, "select ensure_partitions('2025-12-01', '2026-12-31')")


def notice_row(n: Notice, **more: Any) -> dict[str, Any]:
    row = {
        "account_id": ACCOUNT, "id": n.id, "source_id": n.source_id, "consumer_id": n.consumer_id,
        "external_campaign": n.campaign_key.upper(), "campaign_key": n.campaign_key, "sender": n.sender_key, "sender_key": n.sender_key,
        "text": f"text of {n.campaign_key}", "sent_at": n.sent_at, "sent_at_is_receipt": n.sent_at_is_receipt, "received_at": n.sent_at,
        "dedupe_key": n.dedupe_key, "reference": n.reference, "reference_is_inferred": n.reference_is_inferred, "copies": 0,
        "state": "unknown", "reason": "", "is_counted": True, "counted_language": "",
    }  # fmt: skip
    return row | more


def _answer_row(reference: str) -> dict[str, Any]:
    nobody = UUID(int=0)
    return {
        "account_id": ACCOUNT, "id": uuid7(WHEN), "conversation_id": nobody, "consumer_id": nobody, "source_id": 1, "agent_id": None,
        "skill_id": SKILL, "text": "hello", "from_number": "+31600000000", "reference": reference, "created_at": WHEN, "state": "sent",
        "state_at": WHEN, "reason": "", "detail": "", "is_accepted": True, "is_overdue": False,
    }  # fmt: skip


def _put_source(db: Database, s: SourceRules) -> None:
    put(
        db,
        "source",
        [
            {
                "account_id": ACCOUNT, "id": s.id, "app": "cm", "name": f"source {s.id}", "product_token": "t",
                "token_state": "not_checked",
                "token_reason": "", "numbers": [], "default_skill_id": SKILL, "default_language": "en", "campaign_grouping": 1,
                "look_back_days": s.look_back // timedelta(days=1), "notice_tolerance_minutes": s.notice_tolerance // timedelta(minutes=1),
                "home_region": "", "connected_at": WHEN, "version": 1,
            }
        ],
    )  # fmt: skip
    ignored = enumerate(sorted(s.ignored), start=s.id * 100)
    put(
        db,
        "ignored_campaign",
        [
            {"id": i, "account_id": ACCOUNT, "source_id": s.id, "external_campaign": key, "campaign_key": key, "ignored_at": WHEN}
            for i, key in ignored
        ],
    )


def _put_holdings(db: Database, holdings: Iterable[Holding]) -> None:
    campaigns: dict[int, Row] = {}
    engagements: dict[int, Row] = {}
    entry_points: dict[int, Row] = {}
    held: dict[tuple[int, int], Row] = {}
    for h in holdings:
        campaigns[h.campaign_id] = {
            "account_id": ACCOUNT, "id": h.campaign_id, "name": f"campaign {h.campaign_id}", "type": "outbound",
            "goal_kind": "conversation", "time_zone": "Europe/Amsterdam", "starts_on": h.starts_at.date(),
            "ends_on": h.ends_at and h.ends_at.date(),
            "starts_at": h.starts_at, "ends_at": h.ends_at, "state": h.state, "version": 1, "created_at": WHEN, "updated_at": WHEN,
        }  # fmt: skip
        engagements[h.engagement_id] = {
            "account_id": ACCOUNT, "id": h.engagement_id, "campaign_id": h.campaign_id, "number": h.engagement_number,
            "name": f"engagement {h.engagement_id}", "source_id": h.source_id, "skill_id": SKILL, "language": "nl",
            "note": f"note {h.engagement_id}", "enabled": h.is_enabled, "version": h.engagement_version,
            "created_at": WHEN, "updated_at": WHEN,
        }  # fmt: skip
        entry_points[h.entry_point_id] = {
            "account_id": ACCOUNT, "id": h.entry_point_id, "source_id": h.source_id, "kind": str(h.kind), "value": h.key, "key": h.key,
            "name": "", "created_at": WHEN,
        }  # fmt: skip
        held[h.engagement_id, h.entry_point_id] = {
            "account_id": ACCOUNT, "id": len(held) + 1, "engagement_id": h.engagement_id, "entry_point_id": h.entry_point_id,
        }  # fmt: skip
    put(db, "campaign", list(campaigns.values()))
    put(db, "engagement", list(engagements.values()))
    put(db, "entry_point", list(entry_points.values()))
    put(db, "engagement_entry_point", list(held.values()))
