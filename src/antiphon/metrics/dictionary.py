"""What can be asked of the counters: every metric defined once, and the dimensions (docs/metrics.md is compared with this)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _


class Unit(StrEnum):
    """What a metric's value is; a share comes with the name of what it divides by."""

    COUNT = "count"
    SECONDS = "seconds"
    MONEY = "money"
    SHARE = "share"


class Linked(StrEnum):
    """Which conversations a metric looks at."""

    ANY = "any"
    YES = "yes"
    NO = "no"


class Base(StrEnum):
    """What a rate divides by. `reached` is delivered where the provider reports it, else sent."""

    SENT = "sent"
    REACHED = "reached"
    CONVERSATIONS = "conversations_started"
    HANDLED = "handled"
    ANSWERS = "answers"


class Group(StrEnum):
    """Where a metric stands in a list of them."""

    BROADCASTS = "broadcasts"
    REPLIES = "replies"
    CONVERSATIONS = "conversations"
    ANSWERS = "answers"
    GOALS = "goals"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: `stored` is the counter it sums, `linked` which of its rows; `over` what its rates divide by.

    `lacks` are the dimensions that its facts never have: split by one, all of it stands under none. A share `is_running` when what it
    divides by is counted at another instant: over time it is the share of everything from the report's start up to each step.
    """

    name: str
    title: str
    definition: str
    counted_at: str
    stored: str
    group: Group
    unit: Unit = Unit.COUNT
    linked: Linked = Linked.ANY
    over: tuple[Base, ...] = ()
    lacks: tuple[str, ...] = ()
    is_running: bool = False


_SENT_AT, _REPLIED_AT, _STARTED_AT = _("the notice's `sent_at`"), _("`replied_at`"), _("the conversation's `started_at`")
_OWN, _ANSWERED_AT = _("its own instant"), _("the answer's instant")
_NOTICE, _REPLY, _OPEN = ("verdict", "agent", "closed_by"), ("agent", "closed_by"), ("closed_by",)


def _of_notices(name: str, title: str, definition: str, **more: Any) -> Metric:
    return Metric(name, title, definition, _SENT_AT, **{"stored": name, "group": Group.BROADCASTS, "lacks": _NOTICE} | more)


def _of_replies(name: str, title: str, definition: str, **more: Any) -> Metric:
    return Metric(name, title, definition, _REPLIED_AT, **{"stored": name, "group": Group.REPLIES, "lacks": _REPLY} | more)


def _of_conversations(name: str, title: str, definition: str, **more: Any) -> Metric:
    return Metric(name, title, definition, _STARTED_AT, **{"stored": name, "group": Group.CONVERSATIONS, "lacks": _OPEN} | more)


def _of_answers(name: str, title: str, definition: str, **more: Any) -> Metric:
    return Metric(name, title, definition, _ANSWERED_AT, **{"stored": name, "group": Group.ANSWERS, "lacks": _OPEN} | more)


def _at_own(name: str, title: str, definition: str, **more: Any) -> Metric:
    return Metric(name, title, definition, _OWN, **{"stored": name, "group": Group.GOALS, "lacks": _OPEN} | more)


_TALKS: dict[str, Any] = {"stored": "conversations_started", "lacks": _REPLY}
_SHARE: dict[str, Any] = {"unit": Unit.SHARE}
_RUNNING: dict[str, Any] = {"unit": Unit.SHARE, "is_running": True}

_ALL = (
    _of_notices("sent", _("Sent"), _("Notices: texts that the provider says it sent.")),
    _of_notices(
        "delivered",
        _("Delivered"),
        _("Notices whose delivery state is delivered or read; inferred where the provider's report names no notice."),
        over=(Base.SENT,),
    ),
    _of_notices("failed", _("Failed"), _("Notices whose delivery state is failed."), over=(Base.SENT,)),
    _of_replies("replies", _("Replies"), _("Texts from consumers, opt-outs left out.")),
    _of_replies(
        "responders",
        _("Responders"),
        _("First replies of a consumer to a broadcast: a source and external campaign, or without one a source, sender and UTC day."),
        stored="time_to_reply",
        over=(Base.REACHED,),
    ),
    _of_replies("time_to_reply", _("Time to reply"), _("From the notice to a responder's first reply."), unit=Unit.SECONDS),
    _of_conversations("conversations_started", _("Conversations"), _("Conversations, linked or not."), **_TALKS),
    _of_conversations(
        "conversations_linked", _("Linked conversations"), _("Conversations that are linked to an engagement."), linked=Linked.YES, **_TALKS
    ),
    _of_conversations(
        "conversations_unlinked", _("Unlinked conversations"), _("Conversations that are linked to none."), linked=Linked.NO, **_TALKS
    ),
    _of_conversations("handled", _("Handled"), _("Conversations with at least one accepted answer.")),
    _of_conversations("interactive", _("Interactive"), _("Conversations whose consumer wrote again after an answer.")),
    _of_conversations("abandoned", _("Abandoned"), _("Conversations that were closed without any answer."), lacks=()),
    _of_conversations(
        "time_to_first_answer",
        _("Time to first answer"),
        _("From a conversation's first reply to its first answer, on receipt time."),
        unit=Unit.SECONDS,
    ),
    _of_conversations(
        "time_in_queue",
        _("Time in queue"),
        _("From a conversation's first reply to its first agent, on receipt time; under the skill and agent of that moment."),
        unit=Unit.SECONDS,
    ),
    _of_conversations(
        "duration", _("Duration"), _("From a conversation's first reply to its close, on receipt time."), unit=Unit.SECONDS, lacks=()
    ),
    _at_own("conversations_closed", _("Closed"), _("Conversations closed, by whom."), group=Group.CONVERSATIONS, lacks=()),
    _at_own(
        "transfers",
        _("Transfers"),
        _("Transfers of conversations, counted under the skill and agent they left."),
        group=Group.CONVERSATIONS,
    ),
    _of_answers("answers", _("Answers"), _("Answers that the provider accepted.")),
    _of_answers("answers_overdue", _("Overdue answers"), _("Answers after their conversation was due.")),
    _of_answers(
        "response_time",
        _("Response time"),
        _("From the first of consecutive unanswered replies to the answer, as known when the provider accepted it."),
        unit=Unit.SECONDS,
    ),
    _at_own(
        "opt_outs",
        _("Opt-outs"),
        _("Opt-outs, counted under the latest eligible notice."),
        group=Group.REPLIES,
        over=(Base.REACHED,),
        lacks=_NOTICE,
    ),
    _at_own(
        "goals", _("Goals"), _("Goals reached; with the goal conversation, each linked conversation."), over=(Base.CONVERSATIONS, Base.SENT)
    ),
    _at_own(
        "goal_value", _("Goal value"), _("Value of the goals reached, per currency."), unit=Unit.MONEY, over=(Base.CONVERSATIONS, Base.SENT)
    ),
    _of_notices("delivery_rate", _("Delivery rate"), _("Delivered over sent."), stored="delivered", over=(Base.SENT,), **_SHARE),
    _of_notices("failure_rate", _("Failure rate"), _("Failed over sent."), stored="failed", over=(Base.SENT,), **_SHARE),
    _of_replies(
        "response_rate",
        _("Response rate"),
        _("Responders over delivered where the provider reports it, else over sent."),
        stored="time_to_reply",
        over=(Base.REACHED,),
        **_RUNNING,
    ),
    _at_own(
        "opt_out_rate",
        _("Opt-out rate"),
        _("Opt-outs over delivered where the provider reports it, else over sent."),
        stored="opt_outs",
        group=Group.REPLIES,
        over=(Base.REACHED,),
        lacks=_NOTICE,
        **_RUNNING,
    ),
    _of_conversations(
        "linked_rate",
        _("Linked rate"),
        _("Linked conversations over conversations."),
        linked=Linked.YES,
        over=(Base.CONVERSATIONS,),
        **_TALKS,
        **_SHARE,
    ),
    _of_conversations(
        "handled_rate", _("Handled rate"), _("Handled over conversations."), stored="handled", over=(Base.CONVERSATIONS,), **_SHARE
    ),
    _of_conversations(
        "interactive_rate", _("Interactive rate"), _("Interactive over handled."), stored="interactive", over=(Base.HANDLED,), **_SHARE
    ),
    _of_conversations(
        "abandoned_rate",
        _("Abandoned rate"),
        _("Abandoned over conversations."),
        stored="abandoned",
        over=(Base.CONVERSATIONS,),
        lacks=(),
        **_SHARE,
    ),
    _of_answers(
        "overdue_rate", _("Overdue rate"), _("Overdue answers over answers."), stored="answers_overdue", over=(Base.ANSWERS,), **_SHARE
    ),
    _at_own("goal_rate", _("Goal rate"), _("Goals over conversations."), stored="goals", over=(Base.CONVERSATIONS,), **_RUNNING),
    _at_own("goals_per_text", _("Goals per text"), _("Goals over sent."), stored="goals", over=(Base.SENT,), **_RUNNING),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every metric by machine name, in the order of reports."""

FUNNEL = ("sent", "delivered", "responders", "conversations_started", "handled", "goals")
"""The steps of a campaign's funnel."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a report may be split or filtered by; `is_number` tells ids from words."""

    name: str
    definition: str
    is_number: bool = True


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("campaign_type", _("`outbound` for what is linked or mapped, else `none`."), is_number=False),
        Dimension("campaign", _("The campaign.")),
        Dimension("engagement", _("The engagement.")),
        Dimension("entry_point", _("The entry point.")),
        Dimension("source", _("The source.")),
        Dimension("skill", _("The skill at the moment of the fact.")),
        Dimension("language", _("The language."), is_number=False),
        Dimension("verdict", _("The verdict of the reply or conversation."), is_number=False),
        Dimension("agent", _("The agent at the moment of the fact.")),
        Dimension("closed_by", _("`agent`, `consumer` or `system`."), is_number=False),
    )
}
"""Every dimension by machine name."""
