"""The form of an engagement in the order it is thought of: source, skill, language, note, entry points; and what is read from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from antiphon.accounts.models import Account, Skill
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.campaigns.store import entry_point_ids
from antiphon.kit.problems import Invalid, Problem, Stale
from antiphon.providers.models import Source
from antiphon.providers.registry import ADAPTERS
from antiphon.providers.verbs import is_connected
from antiphon.workspace import words
from antiphon.workspace.fields import Field, Form, Option, Theirs, form

LONGEST_NOTE = 10_000
_HEARD = "heard:"
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Entered:
    """What an engagement's form holds: stored, typed, or as a new one begins."""

    name: str
    source_id: int
    skill_id: int
    language: str
    note: str
    chosen: tuple[str, ...]
    new_kind: str = "campaign_id"
    new_value: str = ""
    version: str = ""

    @property
    def library_ids(self) -> list[int]:
        """Return the chosen entry points of the library."""
        return [found for one in self.chosen if (found := number(one))]

    @property
    def heard(self) -> list[str]:
        """Return the chosen campaign IDs that were heard of and are not in the library yet."""
        return [one.removeprefix(_HEARD) for one in self.chosen if one.startswith(_HEARD)]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form on its page; `shown_source` is the source whose entry points the browser shows already."""

    held: Entered
    offer: "Offered"
    form: Form
    shown_source: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen."""

    sources: Sequence[Source]
    skills: Sequence[Skill]
    languages: Sequence[str]


def offered(account_id: int, *, kept: Iterable[int | None] = ()) -> Offered:
    """Return the connected sources (and the one that is stored), skills that are not removed, the account's languages."""
    found = Source.objects.filter(account_id=account_id).select_related("default_skill").order_by("name")
    sources = [source for source in found if is_connected(source) or source.id in set(kept)]
    skills = list(Skill.objects.filter(account_id=account_id, removed_at=None).order_by("name"))
    languages = Account.objects.values_list("languages", flat=True).get(id=account_id) or list(words.LANGUAGES)
    return Offered(sources, skills, list(dict.fromkeys([*languages, *(source.default_language for source in sources)])))


def stored(engagement: Engagement) -> Entered:
    """Return a stored engagement as its form shows it."""
    return Entered(
        name=engagement.name,
        source_id=engagement.source_id,
        skill_id=engagement.skill_id,
        language=engagement.language,
        note=engagement.note,
        chosen=tuple(str(one) for one in entry_point_ids(engagement)),
        version=str(engagement.version),
    )


def begun(campaign: Campaign, offer: Offered, query: QueryDict) -> Entered:
    """Return a new engagement as it begins: what the address names is chosen, the rest is what its source has by default."""
    point = EntryPoint.objects.filter(account_id=campaign.account_id, id=number(query.get("entry_point", "")) or 0).first()
    wanted = point.source_id if point else number(query.get("source", ""))
    source = next((one for one in offer.sources if one.id == wanted), offer.sources[0] if offer.sources else None)
    is_first = not campaign.engagements.filter(account_id=campaign.account_id, removed_at=None).exists()
    chosen = (str(point.id),) if point else _named(query.get("external_campaign", ""), source, wanted=wanted)
    return Entered(
        name=campaign.name if is_first else "",
        source_id=source.id if source else 0,
        skill_id=source.default_skill_id if source else 0,
        language=source.default_language if source else "",
        note="",
        chosen=chosen,
    )


def typed(posted: QueryDict, *, version: str) -> Entered:
    """Return what stands in the form."""
    return Entered(
        name=posted.get("name", ""),
        source_id=number(posted.get("source", "")) or 0,
        skill_id=number(posted.get("skill", "")) or 0,
        language=posted.get("language", ""),
        note=posted.get("note", "").replace("\r\n", "\n"),
        chosen=tuple(posted.getlist("entry_points")),
        new_kind="phone_number" if posted.get("new_kind") == "phone_number" else "campaign_id",
        new_value=posted.get("new_value", "").strip(),
        version=version,
    )


def engagement_form(held: Entered, offer: Offered, *, refused: Problem | None = None, theirs: Theirs | None = None) -> Form:
    """Return the form; `theirs` says what somebody else changed meanwhile."""
    languages = list(dict.fromkeys([*offer.languages, held.language])) if held.language else offer.languages
    note_help = _("Write what to do, not what was sent: agents see the very text that the consumer got.")
    made = form(
        Field("name", _("Name"), value=held.name, longest=200, is_first=not held.version, span=6),
        Field("source", _("Conversation source"), kind="radios", value=str(held.source_id), options=_sources(offer.sources)),
        Field("skill", _("Skill"), kind="select", value=str(held.skill_id), options=_skills(offer.skills), span=6),
        Field("language", _("Language"), kind="select", value=held.language, options=[_language(one) for one in languages], span=6),
        Field(
            "note", _("Note to agents"), kind="textarea", value=held.note, is_optional=True, longest=LONGEST_NOTE, rows=5, help=note_help
        ),
        Field("entry_points", _("Entry points"), kind="checks", chosen=held.chosen),
        Field("new_value", _("Campaign ID, or the address of its page"), value=held.new_value, is_optional=True, longest=2000, span=8),
        refused=None if isinstance(refused, Stale) else _renamed(refused),
        version=held.version,
    )
    return replace(made, theirs=theirs.changes, by=theirs.by) if theirs else made


def read_engagement(held: Entered) -> dict[str, Any]:
    """Return what was typed as the verbs take it, without entry points. Raises Invalid."""
    if not held.source_id:
        raise Invalid("source_not_connected", _("Choose the source that replies come in through."), field="source")
    if not held.skill_id:
        raise Invalid("out_of_range", _("Choose the skill that answers."), field="skill")
    same = ("name", "source_id", "skill_id", "language", "note")
    return {name: getattr(held, name) for name in same}


def taken_from(held: Entered, offer: Offered) -> str:
    """Return the campaign ID that is taken from a pasted address; nothing when it was typed as it is, or is a number."""
    source = next((one for one in offer.sources if one.id == held.source_id), None)
    if source is None or held.new_kind != EntryPoint.Kind.CAMPAIGN_ID:
        return ""
    found = ADAPTERS[source.app].campaign_id_in(held.new_value)
    return found if found != held.new_value else ""


def heard_value(external_campaign: str) -> str:
    """Return how a campaign ID that was heard of is named in the form."""
    return f"{_HEARD}{external_campaign}"


def _renamed(refused: Problem | None) -> Problem | None:
    """Return the problem with the name that its field has in this form."""
    if refused is not None and refused.field in {"value", "kind"}:
        refused.field = "new_value"
    return refused


def _named(external_campaign: str, source: Source | None, *, wanted: int | None) -> tuple[str, ...]:
    """Return the choice of a campaign ID that an address names: of the library where it is there."""
    if not external_campaign or source is None or source.id != wanted:
        return ()
    known = EntryPoint.objects.filter(
        account_id=source.account_id, source=source, kind=EntryPoint.Kind.CAMPAIGN_ID, key=external_campaign.strip().casefold()
    ).first()
    return (str(known.id),) if known else (heard_value(external_campaign.strip()),)


def _sources(sources: Sequence[Source]) -> list[Option]:
    return [Option(str(one.id), one.name, ", ".join(one.numbers) + ("" if is_connected(one) else _(" · not connected"))) for one in sources]


def _skills(skills: Sequence[Skill]) -> list[Option]:
    return [Option(str(one.id), one.name) for one in skills]


def _language(code: str) -> Option:
    return Option(code, words.language(code))


def number(given: str) -> int | None:
    """Return an id out of an address or a form; None for what is none."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _DIGITS else None
