"""The form of a source: what an administrator enters to connect one, or changes later; and the small forms of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import phonenumbers
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.accounts.models import Account, AuditEntry, Membership, Skill
from antiphon.kit.problems import Invalid, Problem, Stale
from antiphon.providers import entered
from antiphon.providers.heard import Place
from antiphon.providers.models import Source
from antiphon.providers.stop_words import BY_LANGUAGE
from antiphon.workspace import words
from antiphon.workspace.fields import Field, Form, Option, form

_NUMBERS = ("campaign_grouping", "look_back_days", "notice_tolerance_minutes")
_NAMES: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "product_token": gettext_lazy("Product token"),
    "numbers": gettext_lazy("Numbers"),
    "default_skill_id": gettext_lazy("Default skill"),
    "default_language": gettext_lazy("Default language"),
    "campaign_grouping": gettext_lazy("Campaign ID"),
    "look_back_days": gettext_lazy("Look-back"),
    "notice_tolerance_minutes": gettext_lazy("Notice tolerance"),
    "home_region": gettext_lazy("Home region"),
    "stop_words": gettext_lazy("Stop words"),
}


@dataclass(frozen=True, slots=True)
class SourceFormPage:
    """The form, in its groups; `id` is None for a source that is still to be connected."""

    id: int | None
    app: str
    title: str
    name: str
    form: Form
    places: Sequence[Place]
    is_heard: bool

    def group(self, *names: str) -> list[Field]:
        """Return some of the fields."""
        return [self.form.fields[name] for name in names]

    @property
    def at_provider(self) -> list[Field]:
        """Return what comes from the provider."""
        return self.group("name", "product_token", "numbers", "home_region")

    @property
    def unlinked(self) -> list[Field]:
        """Return where replies go that answer no campaign."""
        return self.group("default_skill", "default_language")

    @property
    def campaign_id(self) -> list[Field]:
        """Return where notices carry the campaign ID."""
        return self.group("campaign_grouping")

    @property
    def rules(self) -> list[Field]:
        """Return how far attribution looks."""
        return self.group("look_back_days", "notice_tolerance_minutes")

    @property
    def stop_words(self) -> list[Field]:
        """Return the stop words, a field per language."""
        return [field for name, field in self.form.fields.items() if name.startswith("stop_words_")]


def source_form(
    account: Account,
    *,
    title: str,
    places: Sequence[Place],
    stored: Source | None = None,
    posted: QueryDict | None = None,
    refused: Problem | None = None,
) -> Form:
    """Return the form: empty, as stored, or with what was typed and what is wrong with it."""
    fields = [
        *_at_provider(account, title=title, stored=stored),
        *_unlinked(account, stored=stored),
        _places(places, stored=stored),
        *_rules(stored=stored),
        *_stop_words(stored=stored),
    ]
    version = str(stored.version) if stored else ""
    made = form(*fields, posted=posted, refused=None if isinstance(refused, Stale) else refused, version=version)
    if isinstance(refused, Stale) and stored is not None and posted is not None:
        return replace(made, theirs=_theirs(stored, since=_version(posted)))
    return made


def _at_provider(account: Account, *, title: str, stored: Source | None) -> list[Field]:
    token_help = (
        _("Stored, and never shown again. Leave it empty to keep it; a new one is checked in the background.")
        if stored
        else _("From %(app)s: Channels, your gateway. It is checked in the background, and never shown again.") % {"app": title}
    )
    numbers_help = _("One a line, in any spelling; stored as +31 97 0000 4410. Short codes and names stay as they are.")
    regions = [Option(code, f"{code} (+{phonenumbers.country_code_for_region(code)})") for code in sorted(phonenumbers.SUPPORTED_REGIONS)]
    region_help = _("Whose country a number has that begins with a single 0. It is never guessed.")
    home = stored.home_region if stored else account.home_region
    return [
        Field("name", _("Name"), value=stored.name if stored else title, longest=100, is_first=stored is None, span=6),
        Field("product_token", _("Product token"), kind="password", help=token_help, longest=200, is_optional=stored is not None, span=6),
        Field("numbers", _("Numbers"), kind="textarea", value="\n".join(stored.numbers) if stored else "", help=numbers_help, span=6),
        Field(
            "home_region",
            _("Home region"),
            kind="select",
            value=home,
            options=[Option("", _("None: numbers carry their country")), *regions],
            help=region_help,
            span=6,
        ),
    ]


def _unlinked(account: Account, *, stored: Source | None) -> list[Field]:
    skills = Skill.objects.filter(account_id=account.pk, removed_at=None).order_by("name")
    chosen = stored.default_language if stored else (account.languages or ["en"])[0]
    languages = dict.fromkeys([*account.languages, *words.LANGUAGES, chosen])
    return [
        Field(
            "default_skill",
            _("Default skill"),
            kind="select",
            value=str(stored.default_skill_id) if stored else "",
            options=[Option(str(skill.pk), skill.name) for skill in skills],
            help=_("Whose queue gets replies that are not linked."),
            span=6,
        ),
        Field(
            "default_language",
            _("Default language"),
            kind="select",
            value=chosen,
            options=[Option(code, words.language(code)) for code in languages],
            help=_("Taken for conversations that are not linked."),
            span=6,
        ),
    ]


def _places(places: Sequence[Place], *, stored: Source | None) -> Field:
    is_heard = any(place.values for place in places)
    consequence = _("A change holds for notices from now on; stored ones keep the campaign ID they came with.") if stored else ""
    return Field(
        "campaign_grouping",
        _("Where notices carry the campaign ID"),
        kind="radios",
        value=str(stored.campaign_grouping if stored else 1),
        options=[Option(str(place.number), place.name, help=_sample(place) if is_heard else "") for place in places],
        help=consequence,
    )


def _sample(place: Place) -> str:
    if not place.values:
        return _("Nothing heard there yet")
    return _("Last heard there: %(values)s") % {"values": ", ".join(place.values)}


def _rules(*, stored: Source | None) -> list[Field]:
    return [
        Field(
            "look_back_days",
            _("Look-back, in days"),
            kind="number",
            value=str(stored.look_back_days if stored else 30),
            help=_("How old a broadcast text may be that a reply still answers. Inside its own frame a campaign never gets too old."),
            inputmode="numeric",
            span=6,
        ),
        Field(
            "notice_tolerance_minutes",
            _("Notice tolerance, in minutes"),
            kind="number",
            value=str(stored.notice_tolerance_minutes if stored else 10),
            help=_("How much later than a reply the notice of its text may come in: notices carry no time of their own."),
            inputmode="numeric",
            span=6,
        ),
    ]


def _stop_words(*, stored: Source | None) -> list[Field]:
    chosen = BY_LANGUAGE if stored is None or stored.stop_words is None else stored.stop_words
    return [
        Field(
            f"stop_words_{language}",
            words.language(language) if language != entered.OTHER else _("Other languages"),
            kind="textarea",
            value=", ".join(sorted(chosen.get(language, ()))),
            is_optional=True,
            rows=2,
            span=6,
        )
        for language in (*BY_LANGUAGE, entered.OTHER)
    ]


def _version(posted: Mapping[str, Any]) -> int:
    given = str(posted.get("version", ""))
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0  # noqa: PLR2004 - more is no version


def read(posted: QueryDict, *, is_new: bool) -> dict[str, Any]:
    """Return what was typed as the verbs take it; of an edit an empty token is left out. Raises Invalid."""
    values: dict[str, Any] = {
        "name": posted.get("name", ""),
        "product_token": posted.get("product_token", ""),
        "numbers": posted.get("numbers", "").replace(",", "\n").splitlines(),
        "home_region": posted.get("home_region", ""),
        "default_skill_id": _whole(posted, "default_skill"),
        "default_language": posted.get("default_language", ""),
        "stop_words": _read_stop_words(posted),
    }
    values |= {name: _whole(posted, name) for name in _NUMBERS}
    if not is_new and not values["product_token"].strip():
        del values["product_token"]
    return values


def _whole(posted: QueryDict, name: str) -> int:
    typed = posted.get(name, "").strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):  # noqa: PLR2004 - nothing here is that large
        raise Invalid("out_of_range", _("Write a whole number.") if name in _NUMBERS else _("Choose one."), field=name)
    return int(typed)


def _read_stop_words(posted: QueryDict) -> dict[str, list[str]]:
    """Return stop words by language. Raises Invalid for the field they were typed in."""
    found = {}
    for language in (*BY_LANGUAGE, entered.OTHER):
        name = f"stop_words_{language}"
        typed = posted.get(name, "").replace("\n", ",").split(",")
        try:
            entered.stop_words({language: typed})
        except Invalid as refused:
            refused.field = name
            raise
        found[language] = typed
    return found


def _theirs(stored: Source, *, since: int) -> tuple[str, ...]:
    """Return what others changed since a version was read, from the trail: who, what, from, to."""
    behind = stored.version - since
    lately = AuditEntry.objects.filter(account_id=stored.account_id, subject=f"source:{stored.pk}", action="source.edited").order_by("-id")
    told = []
    for entry in reversed(lately[: max(1, min(behind, 20))]):
        told += [_change(entry, name, *change) for name, change in entry.detail.items() if name in _NAMES]
    return tuple(told) or (_("It was paused, resumed or changed by somebody else."),)


def _change(entry: AuditEntry, name: str, before: object, after: object) -> str:
    names = {"who": _who(entry), "what": _NAMES[name], "before": _shown(entry, name, before), "after": _shown(entry, name, after)}
    return _("%(who)s changed %(what)s: %(before)s → %(after)s") % names


def _who(entry: AuditEntry) -> str:
    kind, _colon, identity = entry.actor.partition(":")
    if kind != "membership":
        return _("A program")
    member = Membership.objects.filter(account_id=entry.account_id, pk=int(identity)).first()
    return member.name if member else _("Somebody")


def _shown(entry: AuditEntry, name: str, value: object) -> str:
    if name == "default_skill_id":
        return str(Skill.objects.filter(account_id=entry.account_id, pk=str(value)).values_list("name", flat=True).first() or value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "stop_words":
        return _("the usual ones") if value is None else _("words of their own")
    return str(value)


def trial_form(numbers: Sequence[str], *, posted: QueryDict | None = None, refused: Problem | None = None) -> Form:
    """Return the form of a test text."""
    fields = [
        Field("to", _("To"), kind="tel", help=_("A telephone of your own, with its country: +31 6 12345678."), longest=40, span=6),
        Field("sender", _("From"), kind="select", options=[Option(number, number) for number in numbers], span=6),
        Field("text", _("Text"), kind="textarea", value=_("This is a test text. You may reply to it."), longest=480, rows=2),
    ]
    return form(*fields, posted=posted, refused=refused)


def disconnect_form(name: str, *, is_asked: bool, posted: QueryDict | None = None, refused: Problem | None = None) -> Form:
    """Return what is asked before a source is disconnected: its name, while conversations are open."""
    asked = [Field("confirmation", _("Type %(name)s to disconnect it") % {"name": name}, is_first=True, longest=100)] if is_asked else []
    return form(*asked, posted=posted, refused=refused)
