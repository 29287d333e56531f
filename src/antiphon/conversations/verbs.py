"""What people do with conversations: take, answer, transfer, close, undo, link. Each is one transaction of the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from msgspec.structs import replace

from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account, Skill
from antiphon.accounts.verbs import skill_in
from antiphon.campaigns.models import Engagement
from antiphon.consumers.store import judge
from antiphon.conversations import decide, store
from antiphon.conversations.desk import Desk, at_desk, check_can_take
from antiphon.conversations.models import Conversation, Conversion
from antiphon.conversations.types import ClosedBy, Link, Refused, State, StepKind
from antiphon.events.types import Kind
from antiphon.kit.db import Database, rows, run, sql
from antiphon.kit.ids import reference, uuid7
from antiphon.kit.jobs import put_off
from antiphon.kit.keys import clean
from antiphon.kit.problems import Invalid, Missing
from antiphon.providers.models import Source
from antiphon.providers.registry import adapter_of

_HERE = "antiphon.conversations"
LONGEST_ANSWER = 1_000
UNDO = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a conversation, as the agent says at close."""

    is_goal_reached: bool
    amount: Decimal | None = None
    currency: str = ""


def take(db: Database, account_id: int, conversation_id: UUID, *, agent_id: int, actor: str, at: datetime) -> None:
    """Assign a queued conversation to an agent. Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        if desk.conversation.state == State.ASSIGNED and desk.conversation.agent_id != agent_id:
            raise Refused("taken", "Somebody else has taken this conversation. Take the next one.")
        desk.give_to(agent_id)


def take_next(db: Database, account_id: int, skill_id: int, *, agent_id: int, actor: str, at: datetime) -> UUID | None:
    """Assign the next conversation of a skill's queue: due first, then older. None when nobody waits. Raises Missing, Refused."""
    skill_in(account_id, skill_id)
    check_can_take(account_id, agent_id, skill_id)
    for waiting in rows(db, sql(_HERE, "next_in_queue"), {"account": account_id, "skill_id": skill_id}):
        if not rows(db, sql(_HERE, "try_lock"), {"account": account_id, "id": waiting.consumer_id}):
            continue
        with at_desk(db, account_id, waiting.id, actor=actor, at=at) as desk:
            if desk.conversation.state == State.QUEUED and desk.conversation.skill_id == skill_id:
                desk.give_to(agent_id)
                return desk.conversation.id
    return None


def assign(db: Database, account_id: int, conversation_id: UUID, *, agent_id: int | None, actor: str, at: datetime) -> None:
    """Give a conversation to an agent, or back to its queue (None). Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        if agent_id is not None:
            desk.give_to(agent_id)
        elif desk.conversation.state == State.ASSIGNED:
            _move(desk, skill_id=desk.conversation.skill_id, agent_id=None)


def transfer(
    db: Database,
    account_id: int,
    conversation_id: UUID,
    *,
    actor: str,
    at: datetime,
    skill_id: int | None = None,
    agent_id: int | None = None,
) -> None:
    """Move a conversation to a skill's queue, to an agent who has the skill, or back to its own queue. Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        target = desk.conversation.skill_id if skill_id is None else skill_id
        if not Skill.objects.filter(account_id=account_id, id=target, removed_at=None).exists():
            raise Missing("not_found", "There is no such skill in this account.", field="skill")
        if agent_id is not None:
            check_can_take(account_id, agent_id, target)
        _move(desk, skill_id=target, agent_id=agent_id)


def put_back(db: Database, account_id: int, conversation_id: UUID, *, actor: str, at: datetime) -> None:
    """Put a conversation back into its queue because its agent stays away; one that nobody has stays as it is. Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        if desk.conversation.state == State.ASSIGNED:
            _move(desk, skill_id=desk.conversation.skill_id, agent_id=None, kind=StepKind.RETURNED)


def _move(desk: Desk, *, skill_id: int, agent_id: int | None, kind: StepKind = StepKind.TRANSFERRED) -> None:
    conversation = desk.conversation
    before = (conversation.skill_id, conversation.agent_id)
    conversation.skill_id, conversation.agent_id = skill_id, agent_id
    conversation.state = State.QUEUED if agent_id is None else State.ASSIGNED
    conversation.is_transferred = True
    targets = store.targets(desk.db, desk.account_id)
    conversation.due_at = decide.due(conversation.waiting_since, skill_id=skill_id, targets=targets)
    conversation.save(update_fields=["skill", "agent", "state", "is_transferred", "due_at", *desk.first_assigned()])
    desk.step(kind, from_skill_id=before[0], from_agent_id=before[1], to_skill_id=skill_id, to_agent_id=agent_id)
    moved = {"from_skill": before[0], "from_agent": before[1], "skill": skill_id, "agent": agent_id}
    desk.tell(Kind.CONVERSATION_TRANSFERRED, **moved)
    if agent_id is not None:
        desk.note_assignment(agent_id)


def undo_transfer(db: Database, account_id: int, conversation_id: UUID, *, actor: str, at: datetime) -> None:
    """Take a transfer back: by whoever made it, within two minutes, while nobody has done anything since. Raises Missing, Refused.

    That routing has given it to somebody meanwhile does not stand against it.
    """
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        steps = list(desk.conversation.steps.order_by("-at", "-id")[:2])
        was_routed = bool(steps) and steps[0].kind == StepKind.ASSIGNED and steps[0].actor == "system"
        last = next(iter(steps[1:] if was_routed else steps), None)
        if last is None or last.kind != StepKind.TRANSFERRED or last.actor != actor:
            raise Refused("not_yours", "Somebody has taken this conversation since: ask them to transfer it back.")
        if at - last.at > UNDO:
            raise Refused("too_late", "A transfer can be taken back for two minutes. Transfer it again instead.")
        if desk.conversation.answers.filter(created_at__gt=last.at).exists():
            raise Refused("not_yours", "Somebody has answered since: ask them to transfer it back.")
        if last.from_agent_id is not None:
            check_can_take(account_id, last.from_agent_id, last.from_skill_id or desk.conversation.skill_id)
        _move(desk, skill_id=last.from_skill_id or desk.conversation.skill_id, agent_id=last.from_agent_id)


def answer(db: Database, account_id: int, conversation_id: UUID, *, agent_id: int | None, actor: str, text: str, at: datetime) -> UUID:
    """Store an answer by an agent (None: the assigned one) and have it sent; a queued conversation is taken. Return its id.

    Refused when the consumer opted out after their latest reply, or at all where the provider blocks everything: decided in the
    statement that stores it, under the consumer's lock. Raises Missing, Invalid, Refused.
    """
    body = _text(text)
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        writer = _writer(desk, agent_id)
        source = Source.objects.get(account_id=account_id, id=desk.conversation.source_id)
        _check_can_send(source)
        desk.give_to(writer)
        answer_id = uuid7(at)
        stored = run(
            db,
            sql(_HERE, "store_answer"),
            {
                "account": account_id,
                "id": answer_id,
                "conversation_id": conversation_id,
                "agent_id": writer,
                "text": body,
                "reference": reference(),
                "at": at,
                "blocks_everything": adapter_of(source.app).capabilities.blocks_everything_after_opt_out,
            },
        )
        if not stored:
            raise Refused(
                "opted_out", "This consumer opted out after their latest reply, so nothing may be sent. They can always write again."
            )
        desk.tally.added("answer", [answer_id])
        put_off("send_answer", account_id=account_id, answer_id=str(answer_id))
        return answer_id


def _text(text: str) -> str:
    body = clean(text).replace("\r\n", "\n").strip()
    if not body:
        raise Invalid("empty", "Write the answer first.", field="text")
    if len(body) > LONGEST_ANSWER:
        raise Invalid(
            "too_long",
            "An answer has at most {longest_answer} characters; this one has {length}.",
            field="text",
            longest_answer=LONGEST_ANSWER,
            length=len(body),
        )
    return body


def _writer(desk: Desk, agent_id: int | None) -> int:
    assigned = desk.conversation.agent_id
    if agent_id is None and assigned is None:
        raise Invalid("agent_needed", "Nobody has this conversation yet: name the agent who answers.", field="agent")
    if agent_id is not None and assigned is not None and agent_id != assigned:
        raise Refused("taken", "Another agent has this conversation: only they answer. Have it transferred first.", field="agent")
    return agent_id if agent_id is not None else int(assigned or 0)


def _check_can_send(source: Source) -> None:
    if source.disconnected_at is not None:
        raise Refused("source_disconnected", "{source} is disconnected, so nothing can be sent.", source=source.name)
    if source.paused_at is not None:
        raise Refused(
            "source_paused",
            "{source} is paused, so nothing is sent. An administrator can resume it under Data sources.",
            source=source.name,
        )


def close(
    db: Database,
    account_id: int,
    conversation_id: UUID,
    *,
    actor: str,
    at: datetime,
    outcome: Outcome | None = None,
    by: ClosedBy = ClosedBy.AGENT,
    member_id: int | None = None,
) -> None:
    """Close a conversation, with what came of it. Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.check_open()
        conversation = desk.conversation
        conversation.state, conversation.closed_at, conversation.closed_by = State.CLOSED, at, by
        conversation.closed_by_membership_id = member_id
        conversation.outcome = _shown(outcome) if outcome else None
        conversation.leaving_at = None
        conversation.save(update_fields=["state", "closed_at", "closed_by", "closed_by_membership_id", "outcome", "leaving_at"])
        desk.step(StepKind.CLOSED, from_agent_id=conversation.agent_id, from_skill_id=conversation.skill_id)
        desk.tell(
            Kind.CONVERSATION_CLOSED,
            closed_by=str(by),
            agent=conversation.agent_id,
            skill=conversation.skill_id,
            outcome=conversation.outcome,
        )
        if outcome and outcome.is_goal_reached and conversation.goal_kind != "conversation":
            _reach_goal(desk, outcome)


def _shown(outcome: Outcome) -> dict[str, object]:
    value = None if outcome.amount is None else str(outcome.amount)
    return {"goal_reached": outcome.is_goal_reached, "value": value, "currency": outcome.currency or None}


def _reach_goal(desk: Desk, outcome: Outcome) -> None:
    conversation = desk.conversation
    window = Account.objects.values_list("conversion_window_days", flat=True).get(id=desk.account_id)
    credited = _to_credit(desk, window)
    made = Conversion.objects.create(
        account_id=desk.account_id,
        id=uuid7(desk.at),
        conversation_id=credited.id,
        consumer_id=conversation.consumer_id,
        kind=credited.goal_kind or "other",
        amount=outcome.amount,
        currency=outcome.currency,
        at=desk.at,
        skill_id=conversation.skill_id,
        agent_id=conversation.agent_id,
        window_days=window,
        closed_conversation_id=conversation.id,
    )
    desk.tally.added("conversion", [made.id])
    desk.tell(
        Kind.GOAL_REACHED, goal=str(made.id), kind=made.kind, value=_shown(outcome)["value"], currency=outcome.currency or None,
        credited_to=str(credited.id), campaign=credited.campaign_id, engagement=credited.engagement_id,
    )  # fmt: skip


def _to_credit(desk: Desk, window_days: int) -> Conversation:
    if desk.conversation.campaign_id is not None:
        return desk.conversation
    asked = {"account": desk.account_id, "consumer_id": desk.conversation.consumer_id, "at": desk.at, "window_days": window_days}
    found = rows(desk.db, sql(_HERE, "to_credit"), asked)
    return Conversation.objects.get(account_id=desk.account_id, id=found[0].id) if found else desk.conversation


def undo_close(db: Database, account_id: int, conversation_id: UUID, *, actor: str, at: datetime) -> None:
    """Take a close back: by whoever closed it, within two minutes, if the consumer has no newer conversation. Raises Missing, Refused."""
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        conversation = desk.conversation
        _check_undo(desk)
        if conversation.agent_id is not None:
            check_can_take(account_id, conversation.agent_id, conversation.skill_id)
        goals = _take_back_goals(desk)
        conversation.state = State.QUEUED if conversation.agent_id is None else State.ASSIGNED
        conversation.closed_at, conversation.closed_by, conversation.closed_by_membership_id, conversation.outcome = None, "", None, None
        conversation.save(update_fields=["state", "closed_at", "closed_by", "closed_by_membership_id", "outcome"])
        judge(db, account_id, [conversation.consumer_id], at=at)
        desk.step(StepKind.REOPENED, to_agent_id=conversation.agent_id, to_skill_id=conversation.skill_id)
        desk.tell(Kind.CONVERSATION_REOPENED, goals_taken_back=[str(goal) for goal in goals], agent=conversation.agent_id)


def _check_undo(desk: Desk) -> None:
    conversation = desk.conversation
    if conversation.state != State.CLOSED or conversation.closed_at is None:
        raise Refused("not_closed", "This conversation is open.")
    closed = conversation.steps.filter(kind=StepKind.CLOSED).order_by("-at").first()
    if closed is None or closed.actor != desk.actor:
        raise Refused("not_yours", "Only whoever closed a conversation can take that back.")
    if desk.at - conversation.closed_at > UNDO:
        raise Refused("too_late", "A close can be taken back for two minutes. A new reply from the consumer starts a new conversation.")
    others = Conversation.objects.filter(
        account_id=desk.account_id, source_id=conversation.source_id, consumer_id=conversation.consumer_id
    ).exclude(id=conversation.id)
    if others.filter(Q(started_at__gt=conversation.started_at) | ~Q(state=State.CLOSED)).exists():
        raise Refused("newer_conversation", "The consumer has a newer conversation: go on there.")


def _take_back_goals(desk: Desk) -> Sequence[UUID]:
    goals = Conversion.objects.filter(account_id=desk.account_id, closed_conversation_id=desk.conversation.id, taken_back_at=None)
    ids = list(goals.values_list("id", flat=True))
    desk.tally.changing("conversion", ids)
    goals.update(taken_back_at=desk.at)
    return ids


def link(db: Database, account_id: int, conversation_id: UUID, *, engagement_id: int | None, reason: str, actor: str, at: datetime) -> None:
    """Set a conversation's link by hand, to any engagement of its source or to none; the rule leaves it alone from now on.

    The reason is kept in the audit trail. Raises Missing, Invalid.
    """
    if not reason.strip():
        raise Invalid("reason_needed", "Say why in a few words: it is kept with the change.", field="reason")
    with at_desk(db, account_id, conversation_id, actor=actor, at=at) as desk:
        desk.tally.relinking([conversation_id])
        before = store.present(db, account_id, pairs=(), ids=[conversation_id])[0]
        chosen = _chosen(account_id, desk.conversation, engagement_id)
        after = decide.follow(replace(before, is_linked_by_person=False), chosen, targets=store.targets(db, account_id))
        store.update(db, account_id, [after])
        Conversation.objects.filter(account_id=account_id, id=conversation_id).update(is_linked_by_person=True)
        desk.step(StepKind.LINKED, engagement_id=engagement_id, detail=clean(reason.strip()))
        changed = {"engagement": engagement_id, "campaign": chosen.campaign_id, "reason": clean(reason.strip())}
        was = {"campaign": before.campaign_id, "engagement": before.engagement_id, "verdict": before.verdict}
        desk.tell(Kind.CONVERSATION_RELINKED, by="person", verdict=chosen.verdict, before=was, **changed)
        detail = changed | {"before": before.engagement_id}
        audit(account_id, actor=actor, action="conversation.linked", subject=f"conversation:{conversation_id}", at=at, detail=detail)


def _chosen(account_id: int, conversation: Conversation, engagement_id: int | None) -> Link:
    if engagement_id is None:
        source = Source.objects.get(account_id=account_id, id=conversation.source_id)
        return Link(
            "set_by_person", conversation.notice_id, None, None, None, None, "", source.default_skill_id, source.default_language, ""
        )
    found = (
        Engagement.objects.select_related("campaign")
        .filter(account_id=account_id, id=engagement_id, source_id=conversation.source_id, removed_at=None)
        .first()
    )
    if found is None:
        raise Missing("not_found", "There is no such engagement on this conversation's source.", field="engagement")
    return Link(
        verdict="set_by_person",
        notice_id=conversation.notice_id,
        campaign_id=found.campaign_id,
        engagement_id=found.id,
        engagement_version=found.version,
        entry_point_id=None,
        goal_kind=found.campaign.goal_kind,
        skill_id=found.skill_id,
        language=found.language,
        note=found.note,
    )
