"""Relinking: a person has many conversations linked to what the rule would link them to now (docs/attribution.md)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from antiphon.accounts.audit import audit
from antiphon.attribution.types import Outcome
from antiphon.attribution.verbs import relinkable_now
from antiphon.consumers.store import lock_consumers
from antiphon.conversations import store
from antiphon.conversations.decide import follow
from antiphon.conversations.models import Conversation, Step
from antiphon.conversations.types import Link, Present, StepKind
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.db import Database, account
from antiphon.kit.ids import uuid7
from antiphon.metrics.verbs import counting

REASON = "relinked: its entry point was claimed later"


def relink(account_id: int, conversation_ids: Sequence[UUID], *, subject: str, actor: str, at: datetime) -> list[UUID]:
    """Link these, open or closed, as by hand, to what the rule says now, and return those that were.

    What somebody linked meanwhile, or the rule would not link any more, is left alone: repeating it does nothing.
    """
    with account(account_id) as db:
        who = Conversation.objects.filter(account_id=account_id, id__in=list(conversation_ids)).values_list("consumer_id", flat=True)
        lock_consumers(db, account_id, who)
        outcomes = relinkable_now(db, account_id, conversation_ids)
        before = {one.id: one for one in store.present(db, account_id, pairs=(), ids=outcomes)}
        with counting(db, account_id) as tally:
            tally.relinking(before)
            _store(db, account_id, before, outcomes)
            tally.added("step", _write_steps(account_id, outcomes, actor=actor, at=at))
        _tell(db, account_id, before, outcomes, actor=actor, at=at)
        if before:
            detail = {"conversations": [str(one) for one in before]}
            audit(account_id, actor=actor, action="conversations.relinked", subject=subject, at=at, detail=detail)
    return list(before)


def _store(db: Database, account_id: int, before: Mapping[UUID, Present], outcomes: Mapping[UUID, Outcome]) -> None:
    targets = store.targets(db, account_id)
    store.update(db, account_id, [follow(one, _link(one, outcomes[one.id]), targets=targets) for one in before.values()])
    Conversation.objects.filter(account_id=account_id, id__in=list(before)).update(is_linked_by_person=True)


def _link(before: Present, outcome: Outcome) -> Link:
    return Link(
        verdict="set_by_person",
        notice_id=outcome.notice_id,
        campaign_id=outcome.campaign_id,
        engagement_id=outcome.engagement_id,
        engagement_version=outcome.engagement_version,
        entry_point_id=outcome.entry_point_id,
        goal_kind=outcome.goal_kind,
        skill_id=outcome.skill_id or before.skill_id,
        language=outcome.language,
        note=outcome.note,
    )


def _write_steps(account_id: int, outcomes: Mapping[UUID, Outcome], *, actor: str, at: datetime) -> list[UUID]:
    steps = [
        Step(
            account_id=account_id,
            id=uuid7(at),
            conversation_id=conversation_id,
            kind=StepKind.LINKED,
            at=at,
            actor=actor,
            engagement_id=outcome.engagement_id,
            detail=REASON,
        )
        for conversation_id, outcome in outcomes.items()
    ]
    return [step.id for step in Step.objects.bulk_create(steps)]


def _tell(
    db: Database, account_id: int, before: Mapping[UUID, Present], outcomes: Mapping[UUID, Outcome], *, actor: str, at: datetime
) -> None:
    record(db, account_id, [_event(one, outcomes[one.id], actor=actor, at=at) for one in before.values()])


def _event(before: Present, outcome: Outcome, *, actor: str, at: datetime) -> NewEvent:
    content = {
        "conversation": str(before.id),
        "consumer": str(before.consumer_id),
        "actor": actor,
        "by": "person",
        "verdict": "set_by_person",
        "campaign": outcome.campaign_id,
        "engagement": outcome.engagement_id,
        "engagement_version": outcome.engagement_version,
        "entry_point": outcome.entry_point_id,
        "reason": REASON,
        "before": {"campaign": before.campaign_id, "engagement": before.engagement_id, "verdict": before.verdict},
    }
    return NewEvent(type=Kind.CONVERSATION_RELINKED, subject=f"conversation:{before.id}", time=at, content=content, at=at)
