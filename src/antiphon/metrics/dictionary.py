"""What can be asked of the counters: every metric defined once, and the dimensions (docs/metrics.md is compared with this)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


_SENT_AT, _REPLIED_AT, _STARTED_AT = "the notice's `sent_at`", "`replied_at`", "the conversation's `started_at`"
_OWN, _ANSWERED_AT = "its own instant", "the answer's instant"
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
    _of_notices("sent", "Sent", "Notices: texts that the provider says it sent."),
    _of_notices(
        "delivered",
        "Delivered",
        "Notices whose delivery state is delivered or read; inferred where the provider's report names no notice.",
        over=(Base.SENT,),
    ),
    _of_notices("failed", "Failed", "Notices whose delivery state is failed.", over=(Base.SENT,)),
    _of_replies("replies", "Replies", "Texts from consumers, opt-outs left out."),
    _of_replies(
        "responders",
        "Responders",
        "First replies of a consumer to a broadcast: a source and external campaign, or without one a source, sender and UTC day.",
        stored="time_to_reply",
        over=(Base.REACHED,),
    ),
    _of_replies("time_to_reply", "Time to reply", "From the notice to a responder's first reply.", unit=Unit.SECONDS),
    _of_conversations("conversations_started", "Conversations", "Conversations, linked or not.", **_TALKS),
    _of_conversations(
        "conversations_linked", "Linked conversations", "Conversations that are linked to an engagement.", linked=Linked.YES, **_TALKS
    ),
    _of_conversations(
        "conversations_unlinked", "Unlinked conversations", "Conversations that are linked to none.", linked=Linked.NO, **_TALKS
    ),
    _of_conversations("handled", "Handled", "Conversations with at least one accepted answer."),
    _of_conversations("interactive", "Interactive", "Conversations whose consumer wrote again after an answer."),
    _of_conversations("abandoned", "Abandoned", "Conversations that were closed without any answer.", lacks=()),
    _of_conversations(
        "time_to_first_answer",
        "Time to first answer",
        "From a conversation's first reply to its first answer, on receipt time.",
        unit=Unit.SECONDS,
    ),
    _of_conversations(
        "time_in_queue",
        "Time in queue",
        "From a conversation's first reply to its first agent, on receipt time; under the skill and agent of that moment.",
        unit=Unit.SECONDS,
    ),
    _of_conversations(
        "duration", "Duration", "From a conversation's first reply to its close, on receipt time.", unit=Unit.SECONDS, lacks=()
    ),
    _at_own("conversations_closed", "Closed", "Conversations closed, by whom.", group=Group.CONVERSATIONS, lacks=()),
    _at_own(
        "transfers", "Transfers", "Transfers of conversations, counted under the skill and agent they left.", group=Group.CONVERSATIONS
    ),
    _of_answers("answers", "Answers", "Answers that the provider accepted."),
    _of_answers("answers_overdue", "Overdue answers", "Answers after their conversation was due."),
    _of_answers(
        "response_time",
        "Response time",
        "From the first of consecutive unanswered replies to the answer, as known when the provider accepted it.",
        unit=Unit.SECONDS,
    ),
    _at_own(
        "opt_outs",
        "Opt-outs",
        "Opt-outs, counted under the latest eligible notice.",
        group=Group.REPLIES,
        over=(Base.REACHED,),
        lacks=_NOTICE,
    ),
    _at_own("goals", "Goals", "Goals reached; with the goal conversation, each linked conversation.", over=(Base.CONVERSATIONS, Base.SENT)),
    _at_own("goal_value", "Goal value", "Value of the goals reached, per currency.", unit=Unit.MONEY, over=(Base.CONVERSATIONS, Base.SENT)),
    _of_notices("delivery_rate", "Delivery rate", "Delivered over sent.", stored="delivered", over=(Base.SENT,), **_SHARE),
    _of_notices("failure_rate", "Failure rate", "Failed over sent.", stored="failed", over=(Base.SENT,), **_SHARE),
    _of_replies(
        "response_rate",
        "Response rate",
        "Responders over delivered where the provider reports it, else over sent.",
        stored="time_to_reply",
        over=(Base.REACHED,),
        **_RUNNING,
    ),
    _at_own(
        "opt_out_rate",
        "Opt-out rate",
        "Opt-outs over delivered where the provider reports it, else over sent.",
        stored="opt_outs",
        group=Group.REPLIES,
        over=(Base.REACHED,),
        lacks=_NOTICE,
        **_RUNNING,
    ),
    _of_conversations(
        "linked_rate",
        "Linked rate",
        "Linked conversations over conversations.",
        linked=Linked.YES,
        over=(Base.CONVERSATIONS,),
        **_TALKS,
        **_SHARE,
    ),
    _of_conversations(
        "handled_rate", "Handled rate", "Handled over conversations.", stored="handled", over=(Base.CONVERSATIONS,), **_SHARE
    ),
    _of_conversations(
        "interactive_rate", "Interactive rate", "Interactive over handled.", stored="interactive", over=(Base.HANDLED,), **_SHARE
    ),
    _of_conversations(
        "abandoned_rate",
        "Abandoned rate",
        "Abandoned over conversations.",
        stored="abandoned",
        over=(Base.CONVERSATIONS,),
        lacks=(),
        **_SHARE,
    ),
    _of_answers("overdue_rate", "Overdue rate", "Overdue answers over answers.", stored="answers_overdue", over=(Base.ANSWERS,), **_SHARE),
    _at_own("goal_rate", "Goal rate", "Goals over conversations.", stored="goals", over=(Base.CONVERSATIONS,), **_RUNNING),
    _at_own("goals_per_text", "Goals per text", "Goals over sent.", stored="goals", over=(Base.SENT,), **_RUNNING),
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
        Dimension("campaign_type", "`outbound` for what is linked or mapped, else `none`.", is_number=False),
        Dimension("campaign", "The campaign."),
        Dimension("engagement", "The engagement."),
        Dimension("entry_point", "The entry point."),
        Dimension("source", "The source."),
        Dimension("skill", "The skill at the moment of the fact."),
        Dimension("language", "The language.", is_number=False),
        Dimension("verdict", "The verdict of the reply or conversation.", is_number=False),
        Dimension("agent", "The agent at the moment of the fact."),
        Dimension("closed_by", "`agent`, `consumer` or `system`.", is_number=False),
    )
}
"""Every dimension by machine name."""
