"""Dry run: what if this number replied now; the decision with its reasons, nothing stored."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.accounts.models import Account, Skill
from antiphon.attribution.explain import Explanation
from antiphon.attribution.verbs import dry_run
from antiphon.conversations.models import Conversation
from antiphon.kit import phones
from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid, Problem
from antiphon.providers.models import Source
from antiphon.providers.verbs import source_in
from antiphon.workspace import forms, times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.pages.why import Decided, decided

_LONGEST = 200
_YEARS = range(2000, 2200)
_SHORT_NAMES = {
    "linked_by_campaign_id": gettext_lazy("It would be linked to %(name)s"),
    "linked_by_phone_number": gettext_lazy("It would be linked to %(name)s"),
    "out_of_frame": gettext_lazy("It would not be linked: out of frame"),
    "no_entry_point": gettext_lazy("It would not be linked: no entry point"),
    "no_broadcast": gettext_lazy("It would not be linked: no broadcast"),
}


@dataclass(frozen=True, slots=True)
class Open:
    """The conversation that the reply would join instead of starting one; its link stays. No `url` for roles that may not read it."""

    started_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the dry run says."""

    title: str
    phone: str
    to_number: str
    replied_at: datetime
    is_known: bool
    decided: Decided
    skill: str
    language: str
    note: str
    joins: Open | None


@dataclass(frozen=True, slots=True)
class DryRunPage:
    """The form, and what it answered; without `has_sources` none is connected yet."""

    at: datetime
    has_sources: bool
    form: Form
    answer: Answer | None


def dry_run_page(
    visit: Visit, *, posted: QueryDict | None, at: datetime, answer: Answer | None = None, refused: Problem | None = None
) -> DryRunPage:
    """Return the page as it was filled in."""
    sources = Source.objects.filter(account_id=visit.account_id, disconnected_at=None).order_by("name", "pk")
    options = [Option(str(source.pk), source.name) for source in sources]
    fields = _fields(options, zone=visit.time_zone, is_asked=answer is None)
    return DryRunPage(at, bool(options), form(*fields, posted=posted, refused=refused), answer)


def tried(db: Database, visit: Visit, posted: QueryDict, *, at: datetime) -> Answer:
    """Return what a reply as typed would be linked to. Raises Problem."""
    source = _source(visit, posted.get("source", ""))
    region = source.home_region or Account.objects.values_list("home_region", flat=True).get(id=visit.account_id) or None
    number = phones.normalise(posted.get("phone", "")[:_LONGEST], home_region=region)
    if number.kind != phones.Kind.E164:
        raise Invalid("bad_phone", _("Write the whole number with its country, such as +31 6 12345678."), field="phone")
    replied_at = _instant(posted.get("at", ""), at=at)
    told = dry_run(
        db,
        visit.account_id,
        source_id=source.pk,
        phone=number.value,
        to=posted.get("to", "").strip()[:_LONGEST] or None,
        external_campaign=posted.get("external_campaign", "")[:_LONGEST],
        replied_at=replied_at,
        at=at,
    )
    return _answer(visit, told, source, number.value, at=at)


def _answer(visit: Visit, told: Explanation, source: Source, phone: str, *, at: datetime) -> Answer:
    linked = told.linked
    skill_id, language = (linked.skill_id, linked.language) if linked else (source.default_skill_id, source.default_language)
    talks = Conversation.objects.filter(account_id=visit.account_id, consumer__phone=phone, source_id=source.pk)
    opened = talks.exclude(state="closed").first()
    return Answer(
        title=str(_SHORT_NAMES[told.verdict]) % {"name": linked.campaign_name if linked else ""},
        phone=phone,
        to_number=told.to_number,
        replied_at=told.replied_at,
        is_known=bool(told.notices) or talks.exists(),
        decided=decided(told, at=at),
        skill=Skill.objects.values_list("name", flat=True).get(account_id=visit.account_id, id=skill_id),
        language=words.language(language),
        note=linked.note if linked else "",
        joins=Open(opened.started_at, str(opened.id) if visit.may("conversations.read") else "") if opened else None,
    )


def _source(visit: Visit, typed: str) -> Source:
    chosen = forms.number(typed)
    if chosen is None:
        raise Invalid("no_source", _("Choose the source that the reply would come in on."), field="source")
    return source_in(visit.account_id, chosen)


def _instant(typed: str, *, at: datetime) -> datetime:
    """Return a local time in the account's zone, or now where nothing is typed. Raises Invalid."""
    if not typed.strip():
        return at
    try:
        read = datetime.fromisoformat(typed.strip())
    except ValueError:
        read = None
    if read is None or read.year not in _YEARS:
        raise Invalid("bad_time", _("Write a date and a time, such as 2026-03-24 10:00."), field="at")
    return read if read.tzinfo else timezone.make_aware(read)


def _fields(options: list[Option], *, zone: str, is_asked: bool) -> list[Field]:
    return [
        Field(
            "phone",
            _("Phone number that replies"),
            kind="tel",
            is_first=is_asked,
            is_mono=True,
            longest=40,
            span=6,
            help=_("In any spelling; a national number is read with the source's home region."),
        ),
        Field("source", _("Source"), kind="select", value=options[0].value if options else "", options=options, span=6),
        Field(
            "at",
            _("Replied at"),
            kind="datetime-local",
            is_optional=True,
            span=6,
            help=_("%(city)s time; empty is now.") % {"city": times.zone_city(zone)},
        ),
        Field(
            "to", _("Number written to"), is_optional=True, is_mono=True, longest=40, span=6, help=_("Empty is the source's first number.")
        ),
        Field(
            "external_campaign",
            _("Campaign ID that the reply carries"),
            is_optional=True,
            is_mono=True,
            longest=_LONGEST,
            span=6,
            help=_("Most replies carry none: then the latest text decides."),
        ),
    ]
