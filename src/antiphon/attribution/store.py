"""The set-based statements of attribution: questions in as arrays, answers out in the order asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import args_row

from antiphon.attribution.decide import Holding, Notice, Situation, SourceRules
from antiphon.attribution.types import Claim, EntryPointKind, Found, Outcome, Question, Unclaimed, Verdict
from antiphon.kit.db import Database, columns, rows, sql
from antiphon.kit.problems import Missing


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What one decision rests on, as the specification takes it, and the rows behind it by id."""

    source_name: str
    situation: Situation
    notices: Mapping[UUID, Any]
    holdings: Mapping[tuple[int, int], Any]


def decisions(db: Database, account_id: int, questions: Sequence[Question]) -> list[Outcome]:
    """Return the outcome of each question, in their order. A question of a source that is not the account's raises LookupError."""
    found = rows(db, sql(__package__, "attribute"), parameters(account_id, questions), made_by=args_row(_outcome))
    if len(found) != len(questions):
        raise LookupError("a question names a source that the account does not have")
    return found


def parameters(account_id: int, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the parameters of `attribute.sql`: one array per column."""
    asked = columns(questions, "consumer_id", "source_id", "replied_at", "to_key", "campaign_key", "reference", "answers_us")
    return {"account_id": account_id, **asked}


def claims(db: Database, account_id: int, unclaimed: Sequence[Unclaimed]) -> list[Claim | None]:
    """Return what each fact is counted under, in their order; None is unmapped."""
    asked = columns(unclaimed, "source_id", "campaign_key", "number_key", "at")
    found = rows(db, sql(__package__, "claims"), {"account_id": account_id, **asked})
    return [None if row.engagement_id is None else Claim(*row) for row in found]


def reply_to_explain(db: Database, account_id: int, reply_id: UUID) -> Any:
    """Return a reply, or a conversation's opening reply, with its decision in force. Raises Missing."""
    found = _look(db, "reply_to_explain", account_id=account_id, id=reply_id)
    if not found:
        raise Missing("not_found", "There is no such reply or conversation in this account.")
    return found[0]


def source_rules(db: Database, account_id: int, source_id: int, *, as_of: datetime) -> Any:
    """Return what a source sets. Raises Missing."""
    found = _look(db, "source_rules", account_id=account_id, source_id=source_id, as_of=as_of)
    if not found:
        raise Missing("not_found", "There is no source {source_id} in this account.", source_id=source_id)
    return found[0]


def consumer_by_phone(db: Database, account_id: int, phone: str) -> UUID | None:
    """Return the consumer behind a number, None if the account knows none."""
    found = _look(db, "consumer_by_phone", account_id=account_id, phone=phone)
    return found[0].id if found else None


def facts_now(db: Database, account_id: int, question: Question, *, as_of: datetime) -> StoredFacts:
    """Return what a question rests on with the configuration in force."""
    return _facts(db, account_id, question, as_of=as_of, holdings="holdings_now")


def facts_then(db: Database, account_id: int, question: Question, *, as_of: datetime) -> StoredFacts:
    """Return what a question rested on at an instant: the versions of then, and the notices that had come in."""
    return _facts(db, account_id, question, as_of=as_of, holdings="holdings_then")


def _facts(db: Database, account_id: int, question: Question, *, as_of: datetime, holdings: str) -> StoredFacts:
    source = source_rules(db, account_id, question.source_id, as_of=as_of)
    parameters = {"account_id": account_id, "source_id": question.source_id, "as_of": as_of}
    notices = _look(db, "notices_to_explain", consumer_id=question.consumer_id, **parameters)
    held = _look(db, holdings, **_wanted(question, notices), **parameters)
    is_ours = _look(db, "own_reference", account_id=account_id, reference=question.reference)[0].is_ours
    situation = Situation(
        source=SourceRules(
            source.id, timedelta(days=source.look_back_days), timedelta(minutes=source.notice_tolerance_minutes), frozenset(source.ignored)
        ),
        notices=[_notice(row) for row in notices],
        holdings=[_holding(row) for row in held],
        answer_references=frozenset({question.reference} if is_ours else ()),
    )
    by_ids = {(row.engagement_id, row.entry_point_id): row for row in held}
    return StoredFacts(source.name, situation, {row.id: row for row in notices}, by_ids)


def _wanted(question: Question, notices: Sequence[Any]) -> dict[str, list[str]]:
    """Return the entry points that could matter: of the reply, and of every notice that it might answer."""
    wanted = {(EntryPointKind.CAMPAIGN_ID, question.campaign_key), (EntryPointKind.PHONE_NUMBER, question.to_key)}
    wanted |= {(EntryPointKind.CAMPAIGN_ID, row.campaign_key) for row in notices}
    wanted |= {(EntryPointKind.PHONE_NUMBER, row.sender_key) for row in notices}
    pairs = sorted(wanted)
    return {"kind": [str(kind) for kind, _ in pairs], "key": [key for _, key in pairs]}


def _notice(row: Any) -> Notice:
    same = ("id", "source_id", "consumer_id", "campaign_key", "sender_key", "sent_at", "sent_at_is_receipt", "reference")
    values = {name: getattr(row, name) for name in same}
    return Notice(**values, reference_is_inferred=row.reference_is_inferred, dedupe_key=bytes(row.dedupe_key))


def _holding(row: Any) -> Holding:
    return Holding(
        source_id=row.source_id,
        kind=EntryPointKind(row.kind),
        key=row.key,
        entry_point_id=row.entry_point_id,
        engagement_id=row.engagement_id,
        engagement_number=row.engagement_number,
        engagement_version=row.engagement_version,
        is_enabled=row.enabled,
        campaign_id=row.campaign_id,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _look(db: Database, name: str, **parameters: Any) -> list[Any]:
    return rows(db, sql(__package__, name), parameters)


_FOUND = {str(found): found for found in Found}
_VERDICTS = {str(verdict): verdict for verdict in Verdict}
_WORDS = Outcome.__struct_fields__.index("found")
_AFTER = _WORDS + 2


def _outcome(*columns: Any) -> Outcome:
    """Return an outcome; the columns are its fields, in their order."""
    found, verdict = columns[_WORDS:_AFTER]
    fields: tuple[Any, ...] = (*columns[:_WORDS], _FOUND[found], _VERDICTS[verdict], *columns[_AFTER:])
    return Outcome(*fields)
