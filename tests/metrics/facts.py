"""Facts stored by hand, consistent with each other: what counting and recounting are tried on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from antiphon.accounts.models import Account
from antiphon.attribution.models import Decision
from antiphon.consumers.models import OptOut
from antiphon.conversations.models import Answer, Conversation, Conversion, Step
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.intake.models import Notice, Reply
from antiphon.kit.db import Database, account
from antiphon.kit.ids import uuid7
from antiphon.metrics.verbs import Tally, counting

AT = datetime(2026, 11, 3, 10, 7, tzinfo=UTC)
SOURCE, SKILL, AGENT = 3, 5, 7


@dataclass(frozen=True)
class Story:
    """A notice, the reply to it, the conversation it started, an answer, a second reply, a transfer, a goal, an opt-out."""

    notice: Notice
    reply: Reply
    second: Reply
    conversation: Conversation
    answer: Answer
    step: Step
    conversion: Conversion
    opt_out: OptOut


def new_account(name: str = "North") -> int:
    return Account.objects.create(name=name).pk


@contextmanager
def counted(account_id: int) -> Iterator[tuple[Database, Tally]]:
    with account(account_id) as db, counting(db, account_id) as tally:
        yield db, tally


def store_story(account_id: int, *, at: datetime = AT, campaign: int | None = 11, seconds: float = 90) -> Story:
    """Store and count one story; `seconds` from the notice to the reply."""
    with counted(account_id) as (db, tally):
        story = _stored(account_id, at=at, campaign=campaign, seconds=seconds)
        subject = f"conversation:{story.conversation.id}"
        told = [NewEvent(Kind.REPLY_RECEIVED, subject, at, {"reply": str(reply.id)}, at) for reply in (story.reply, story.second)]
        told.append(NewEvent(Kind.CONVERSATION_STARTED, subject, at, {}, at))
        record(db, account_id, told)
        tally.added("notice", [story.notice.id])
        tally.added("reply", [story.reply.id, story.second.id])
        tally.added("conversation", [story.conversation.id])
        tally.added("answer", [story.answer.id])
        tally.added("step", [story.step.id])
        tally.added("conversion", [story.conversion.id])
        tally.added("opt_out", [story.opt_out.id])
    return story


def _stored(account_id: int, *, at: datetime, campaign: int | None, seconds: float) -> Story:
    counted_under = _under(campaign, "counted_", with_skill=True)
    consumer, conversation, opening = uuid7(at), uuid7(at), uuid7(at)
    verdict = "linked_by_campaign_id" if campaign else "no_entry_point"
    replied = at + timedelta(seconds=seconds)
    notice = Notice.objects.create(
        account_id=account_id, id=uuid7(at), source_id=SOURCE, consumer_id=consumer, external_campaign="C1", campaign_key="c1",
        sender="+31600", sender_key="+31600", text="Hello", sent_at=at, sent_at_is_receipt=True, received_at=at,
        dedupe_key=b"n", state="delivered", is_counted=True, **counted_under,
    )  # fmt: skip
    shared = {
        "account_id": account_id, "source_id": SOURCE, "consumer_id": consumer, "conversation_id": conversation,
        "to_number": "+31600", "to_key": "+31600", "verdict": verdict, "notice_id": notice.id, "broadcast_key": "c1", **counted_under,
    }  # fmt: skip
    reply = Reply.objects.create(
        id=opening, text="yes", replied_at=replied, received_at=replied, dedupe_key=b"a",
        is_first_reply=True, seconds_to_reply=seconds, **shared,
    )  # fmt: skip
    second = Reply.objects.create(
        id=uuid7(at), text="and?", replied_at=replied + timedelta(minutes=40), received_at=replied + timedelta(minutes=40),
        dedupe_key=b"b", is_first_reply=False, seconds_to_reply=seconds + 2400, **shared,
    )  # fmt: skip
    for each in (reply, second):
        Decision.objects.create(
            account_id=account_id, id=uuid7(at), reply_id=each.id, notice_id=notice.id, found="same_number", verdict=verdict,
            rule_version=1, decided_at=replied, **_under(campaign),
        )  # fmt: skip
    closed = replied + timedelta(hours=1)
    talk = Conversation.objects.create(
        account_id=account_id, id=conversation, source_id=SOURCE, consumer_id=consumer, state="closed", turn="consumer",
        agent_id=AGENT, skill_id=SKILL + 1, first_skill_id=SKILL, is_transferred=True, language="nl", verdict=verdict, notice_id=notice.id,
        opening_reply_id=opening, opening_replied_at=replied, opening_dedupe_key=b"a", started_at=replied,
        last_replied_at=second.replied_at, last_to_number="+31600", last_text="and?", last_at=second.received_at,
        assigned_at=replied + timedelta(seconds=120), assigned_skill_id=SKILL, assigned_agent_id=AGENT,
        handled_at=replied + timedelta(seconds=300), handled_skill_id=SKILL, handled_agent_id=AGENT,
        interactive_at=second.received_at, interactive_skill_id=SKILL, interactive_agent_id=AGENT, goal_kind="sale",
        closed_at=closed, closed_by="agent", **_under(campaign),
    )  # fmt: skip
    own = {"account_id": account_id, "conversation_id": conversation}
    answer = Answer.objects.create(
        **own, id=uuid7(at), consumer_id=consumer, source_id=SOURCE, agent_id=AGENT, skill_id=SKILL, from_number="+31600",
        text="Gladly", reference=uuid7(at).hex, created_at=replied + timedelta(seconds=300), is_accepted=True, is_overdue=True,
        first_unanswered_at=replied, state="sent", state_at=replied,
    )  # fmt: skip
    step = Step.objects.create(
        **own,
        id=uuid7(at),
        kind="transferred",
        at=replied,
        actor="membership:7",
        from_skill_id=SKILL,
        to_skill_id=SKILL + 1,
        from_agent_id=AGENT,
    )
    conversion = Conversion.objects.create(
        **own, id=uuid7(at), consumer_id=consumer, kind="sale", amount="249.50", currency="EUR", at=closed, skill_id=SKILL,
        agent_id=AGENT, window_days=31,
    )  # fmt: skip
    opt_out = OptOut.objects.create(
        account_id=account_id, id=uuid7(at), source_id=SOURCE, consumer_id=consumer, is_out=True, scope="source", how="stop_word",
        at=replied, received_at=replied, dedupe_key=b"o", notice_id=notice.id, **counted_under,
    )  # fmt: skip
    return Story(notice, reply, second, talk, answer, step, conversion, opt_out)


def _under(campaign: int | None, prefix: str = "", *, with_skill: bool = False) -> dict[str, Any]:
    if campaign is None:
        return {}
    under: dict[str, Any] = {"campaign_id": campaign, "engagement_id": campaign * 10, "entry_point_id": campaign * 100}
    if with_skill:
        under |= {"skill_id": SKILL, "language": "nl"}
    return {prefix + name: value for name, value in under.items()}


def sums(db: Database, account_id: int) -> dict[tuple[str, int], tuple[int, float]]:
    """Return each metric's count and total per campaign, rows that came to nothing left out."""
    found = db.execute(
        "select metric, campaign_id, sum(value), sum(total) from counter_now where account_id = %s group by 1, 2 having sum(value) <> 0",
        [account_id],
    )
    return {(metric, campaign): (int(value), float(total)) for metric, campaign, value, total in found}


def change(db: Database, table: str, identity: UUID, assignment: str) -> None:
    """Change one row behind everybody's back."""
    assert db.execute(f"update {table} set {assignment} where id = %s", [identity]).rowcount == 1
