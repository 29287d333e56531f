"""Every component in every state, from the partials of the pages; only where the site is run for development."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from antiphon.kit import segments
from antiphon.workspace import draw, words
from antiphon.workspace.fields import Field, Option
from antiphon.workspace.pages.signs import HEARD
from antiphon.workspace.words import Word

_NOON = datetime(2026, 3, 26, 11, 42, tzinfo=UTC)
_ID = UUID(int=7)


@dataclass(frozen=True, slots=True)
class Guide:
    """What the styleguide shows, by component."""

    at: datetime
    today: str
    id: UUID
    campaigns: list[Word]
    conversations: list[Word]
    verdicts: list[Word]
    fields: list[Field]
    choices: list[Field]
    rows: list[Any]
    frames: list[Any]
    hooks: list[Any]
    timeline: Any
    composers: list[Any]
    may: Any


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components. Raises Http404 on a site that people use."""
    if not settings.DEBUG:
        raise Http404
    with timezone.override("Europe/Amsterdam"):
        return render(request, "styleguide.html", {"page": _guide()})


def _guide() -> Guide:
    axis = draw.axis([(_NOON.date() - timedelta(days=60), _NOON.date() + timedelta(days=60))], today=_NOON.date())
    return Guide(
        at=_NOON,
        today=f"{axis.x(_NOON.date()):.1f}",
        id=_ID,
        campaigns=list(words.CAMPAIGN.values()),
        conversations=[
            *words.CONVERSATION.values(),
            Word("Due in 6 min", icon="clock", state="soon"),
            Word("Overdue", icon="alarm", state="late"),
        ],
        verdicts=list(words.VERDICTS.values()),
        fields=_fields(),
        choices=_choices(),
        rows=_rows(),
        frames=_frames(axis),
        hooks=_hooks(),
        timeline=_timeline(),
        composers=_composers(),
        may=SimpleNamespace(link=True),
    )


def _fields() -> list[Field]:
    skills = [Option("1", "Planning"), Option("2", "Care", why_not="nobody has it")]
    return [
        Field("rest", "First day", value="24 March 2026", help="Amsterdam time", span=6),
        Field("invalid", "Last day", value="20 March 2026", error="Before the first day. Choose 24 March or later.", span=6),
        Field(
            "warned", "Campaign ID", value="482204", warning="Nobody has broadcast to 482204 yet. It is linked as soon as CM does.", span=6
        ),
        Field("locked", "Authentication", value="On", locked="Always on: every notice and reply from CM is verified.", span=6),
        Field("chosen", "Skill", kind="select", value="1", options=skills, span=6),
        Field("long", "Number", value="+31 97 0000 4410", is_mono=True, is_optional=True, span=6),
        Field("note", "Note to the agent", kind="textarea", value="Book in Planner under SPRING26.", help="31 of 2,000"),
        Field("word", "Password", kind="password", span=6),
        Field("agreed", "Also text those who were texted before", kind="check", value="1", span=6),
    ]


def _choices() -> list[Field]:
    options = [
        Option("cm", "CM", help="2 numbers, heard 4 seconds ago"),
        Option("two", "CM, second account", help="1 number"),
        Option("off", "Twilio", why_not="Not available: the operator enables it."),
    ]
    return [
        Field("source", "Conversation source", kind="radios", value="cm", options=options, span=6),
        Field("sources", "Sources", kind="checks", chosen=("cm",), options=options, error="Choose one that is connected.", span=6),
    ]


def _rows() -> list[Any]:
    linked, unlinked = words.VERDICTS["linked_by_campaign_id"], words.VERDICTS["out_of_frame"]
    kinds: list[dict[str, Any]] = [
        {"who": "Cleo", "text": "09:15 please.", "verdict": linked, "campaign": "Spring check-up", "due": "in 9 min", "is_waiting": True},
        {
            "phone": "+31600000425",
            "text": "Liefst volgende week",
            "verdict": linked,
            "campaign": "Tyre swap",
            "due": "in 6 min",
            "due_state": "soon",
        },
        {"phone": "+31600000388", "text": "Ik heb twee keer gebeld", "verdict": unlinked, "due": "2 min over", "due_state": "late"},
        {"who": "Mia", "text": "De wisselset ligt klaar", "verdict": linked, "campaign": "Tyre swap", "due": "1 h 05", "is_ours": True},
    ]
    return [SimpleNamespace(id=UUID(int=number), language="nl", **kind) for number, kind in enumerate(kinds, start=1)]


def _frames(axis: draw.Axis) -> list[Any]:
    today, states = _NOON.date(), words.CAMPAIGN
    spans = {"live": (-10, 20), "scheduled": (12, 40), "draft": (5, 30), "paused": (-20, 15), "ended": (-55, -30), "archived": (-50, -40)}
    frames = [
        SimpleNamespace(
            state=states[name], bar=axis.bar(today + timedelta(days=start), today + timedelta(days=end)), frame=states[name].text
        )
        for name, (start, end) in spans.items()
    ]
    endless = axis.bar(today - timedelta(days=5), None)
    part = axis.bar(today, today + timedelta(days=10))
    overlapping = {"overlaps": [part], "overlap_words": "Tyre swap"}
    return [*frames, SimpleNamespace(state=states["live"], bar=endless, frame="Live, no end", **overlapping)]


def _hooks() -> list[Any]:
    told = {
        "heard": ("Heard 4 s ago", "1,204 today"),
        "waiting": ("Not heard yet", "since 24 March 09:12"),
        "refused": ("Wrong secret", "last at 11:40"),
    }
    return [
        SimpleNamespace(kind=state, name="Replies", help="What consumers write.", url="", word=HEARD[state], said=said, more=more)
        for state, (said, more) in told.items()
    ]


def _timeline() -> Any:
    def entry(number: int, kind: str, **given: Any) -> Any:
        return SimpleNamespace(id=UUID(int=number), kind=kind, at=_NOON + timedelta(minutes=number), **given)

    delivered = words.DELIVERY["delivered"]
    text = "Time for your spring check-up: brakes, tyres and air-con for €89. Reply YES. STOP to opt out."
    broadcast = entry(1, "notice", name="Spring check-up", sender="+3197000004410", text=text, delivery=delivered)
    reply = entry(2, "reply", text="Yes please, tuesday?", media=[], answering="Spring check-up", after="2 days, 1 h 31")
    answers = [
        entry(4 + number, "answer", text="09:15 it is, see you then.", agent="You", delivery=word, **_advice(state))
        for number, (state, word) in enumerate(words.DELIVERY.items())
    ]
    system = entry(3, "system", icon="link", text="Conversation started, linked by campaign ID.", has_why=True)
    drawn = SimpleNamespace(is_exchange=True, days=[SimpleNamespace(name="Today", entries=[broadcast, reply])], last=reply)
    alone = SimpleNamespace(is_exchange=False, days=[SimpleNamespace(name="", entries=[system, *answers])])
    return SimpleNamespace(blocks=[drawn, alone])


def _composers() -> list[Any]:
    """Return the composer empty, over one segment and refused, and what stands in its place."""
    due = {"due": "in 6 min", "due_at": _NOON + timedelta(minutes=6), "due_state": "soon"}
    free = {
        "shows_composer": True,
        "is_mine": True,
        "number": "+3197000004410",
        "alphabet": segments.BASIC + segments.EXTENDED,
        "extended": segments.EXTENDED,
    }
    refused = SimpleNamespace(form="answer", error="CM could not be reached. The text is still here.", text="See you tuesday 😀. " * 12)
    stopped = SimpleNamespace(how="they wrote STOP", text="stop", at=_NOON - timedelta(hours=2))
    kinds: list[dict[str, Any]] = [
        {**free, **due},
        {**free, "typed": refused, "source_trouble": "CM is paused: answers wait until it is resumed."},
        {"opt_out": stopped},
        {"agent": "Ben"},
        {"is_open": False, "closed": "Closed by you", "closed_at": _NOON, "outcome": "Sale"},
    ]
    return [SimpleNamespace(**{"id": _ID, "at": _NOON, "is_open": True} | kind) for kind in kinds]


def _advice(state: str) -> dict[str, Any]:
    if state == "unknown":
        return {"is_uncertain": True, "may_be_repeated": True}
    return {"reason": words.REASONS["unreachable"], "may_be_repeated": True} if state == "failed" else {}
