"""What can be asked of the counters: every metric defined once, and the dimensions (docs/metrics.md is compared with this)."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a metric's value is."""

    COUNT = "count"
    SECONDS = "seconds"
    MONEY = "money"


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


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: `stored` is the counter it sums, `linked` which of its rows; `over` what its rates divide by."""

    name: str
    title: str
    definition: str
    counted_at: str
    stored: str
    unit: Unit = Unit.COUNT
    linked: Linked = Linked.ANY
    over: tuple[Base, ...] = ()


_SENT_AT, _REPLIED_AT, _STARTED_AT, _OWN = "the notice's `sent_at`", "`replied_at`", "the conversation's `started_at`", "its own instant"

_ALL = (
    Metric("sent", "Sent", "Notices: texts that the provider says it sent.", _SENT_AT, "sent"),
    Metric(
        "delivered",
        "Delivered",
        "Notices whose delivery state is delivered or read; inferred where the provider's report names no notice.",
        _SENT_AT,
        "delivered",
        over=(Base.SENT,),
    ),
    Metric("failed", "Failed", "Notices whose delivery state is failed.", _SENT_AT, "failed", over=(Base.SENT,)),
    Metric("replies", "Replies", "Texts from consumers, opt-outs left out.", _REPLIED_AT, "replies"),
    Metric(
        "responders",
        "Responders",
        "First replies of a consumer to a broadcast: a source and external campaign, or without one a source, sender and UTC day.",
        _REPLIED_AT,
        "time_to_reply",
        over=(Base.REACHED,),
    ),
    Metric("time_to_reply", "Time to reply", "From the notice to a responder's first reply.", _REPLIED_AT, "time_to_reply", Unit.SECONDS),
    Metric("conversations_started", "Conversations", "Conversations, linked or not.", _STARTED_AT, "conversations_started"),
    Metric(
        "conversations_linked",
        "Linked conversations",
        "Conversations that are linked to an engagement.",
        _STARTED_AT,
        "conversations_started",
        linked=Linked.YES,
    ),
    Metric(
        "conversations_unlinked",
        "Unlinked conversations",
        "Conversations that are linked to none.",
        _STARTED_AT,
        "conversations_started",
        linked=Linked.NO,
    ),
    Metric("handled", "Handled", "Conversations with at least one accepted answer.", _STARTED_AT, "handled"),
    Metric("interactive", "Interactive", "Conversations whose consumer wrote again after an answer.", _STARTED_AT, "interactive"),
    Metric("abandoned", "Abandoned", "Conversations that were closed without any answer.", _STARTED_AT, "abandoned"),
    Metric(
        "time_to_first_answer",
        "Time to first answer",
        "From a conversation's first reply to its first answer, on receipt time.",
        _STARTED_AT,
        "time_to_first_answer",
        Unit.SECONDS,
    ),
    Metric(
        "time_in_queue",
        "Time in queue",
        "From a conversation's first reply to its first agent, on receipt time; under the skill and agent of that moment.",
        _STARTED_AT,
        "time_in_queue",
        Unit.SECONDS,
    ),
    Metric(
        "duration", "Duration", "From a conversation's first reply to its close, on receipt time.", _STARTED_AT, "duration", Unit.SECONDS
    ),
    Metric("conversations_closed", "Closed", "Conversations closed, by whom.", _OWN, "conversations_closed"),
    Metric("transfers", "Transfers", "Transfers of conversations, counted under the skill and agent they left.", _OWN, "transfers"),
    Metric("answers", "Answers", "Answers that the provider accepted.", "the answer's instant", "answers"),
    Metric("answers_overdue", "Overdue answers", "Answers after their conversation was due.", "the answer's instant", "answers_overdue"),
    Metric(
        "response_time",
        "Response time",
        "From the first of consecutive unanswered replies to the answer, as known when the provider accepted it.",
        "the answer's instant",
        "response_time",
        Unit.SECONDS,
    ),
    Metric(
        "opt_outs",
        "Opt-outs",
        "Opt-outs, counted under the latest eligible notice.",
        _OWN,
        "opt_outs",
        over=(Base.REACHED,),
    ),
    Metric(
        "goals",
        "Goals",
        "Goals reached; with the goal conversation, each linked conversation.",
        _OWN,
        "goals",
        over=(Base.CONVERSATIONS, Base.SENT),
    ),
    Metric(
        "goal_value",
        "Goal value",
        "Value of the goals reached, per currency.",
        _OWN,
        "goal_value",
        Unit.MONEY,
        over=(Base.CONVERSATIONS, Base.SENT),
    ),
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
