"""The library of entry points: where each is used, what was heard of it, who else claims it and who wins."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import dateformat
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.campaigns import decide, store
from antiphon.campaigns.types import Frame, Overlap
from antiphon.kit import keys, phones
from antiphon.kit.db import Database, rows, sql
from antiphon.kit.problems import Problem
from antiphon.metrics.report import report
from antiphon.providers.heard import heard_campaigns
from antiphon.providers.models import Source
from antiphon.tasks.verbs import UNFINISHED, latest
from antiphon.workspace import forms, times, words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.pages.source import CampaignRow, campaign_row
from antiphon.workspace.pages.tasks import TaskItem, item
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_DAYS = 30
SHOWN = 50
_HEARD_SHOWN = 6
KINDS: dict[str, str | Promise] = {"campaign_id": gettext_lazy("Campaign ID"), "phone_number": gettext_lazy("Phone number")}
USES: dict[str, str | Promise] = {"yes": gettext_lazy("Used"), "no": gettext_lazy("Not used")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address narrows the library to, and after which row the page begins."""

    text: str = ""
    source: int | None = None
    kind: str = ""
    used: str = ""
    after: tuple[str, int] | None = None

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.text or self.source or self.kind or self.used)

    @property
    def query(self) -> str:
        """Return the query of the address, without the place in the list."""
        given = {"find": self.text, "source": self.source or "", "kind": self.kind, "used": self.used}
        return urlencode({key: value for key, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Use:
    """An engagement that has the entry point."""

    engagement_id: int
    name: str
    campaign_id: int
    campaign: str
    state: Word
    frame: str
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class EntryPointRow:
    """An entry point of the library."""

    id: int
    kind: str
    value: str
    name: str
    source_id: int
    source: str
    is_connected: bool
    uses: list[Use]
    text: str
    heard: str
    notices: int
    collisions: list[str]
    warning: str


@dataclass(frozen=True, slots=True)
class HeardGroup:
    """External campaigns heard on one source that no engagement claims."""

    source_id: int
    source: str
    rows: list[CampaignRow]
    has_more: bool


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The library."""

    at: datetime
    rows: list[EntryPointRow]
    filters: Filters
    sources: list[Option]
    kinds: dict[str, str | Promise]
    uses: dict[str, str | Promise]
    older: str
    heard: list[HeardGroup]
    may_write: bool
    may_count: bool
    is_empty: bool


@dataclass(frozen=True, slots=True)
class EntryPointPage:
    """One entry point. `form` and what it changes are for those who may write; `task` is relinking under way."""

    at: datetime
    row: EntryPointRow
    form: Form
    may_write: bool
    may_count: bool
    asks: str
    task: TaskItem | None


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form of a new entry point."""

    at: datetime
    has_sources: bool
    form: Form


def filters(query: QueryDict) -> Filters:
    """Return what an address narrows the library to; what does not fit is left out."""
    place, _comma, number = query.get("after", "").rpartition(",")
    after_id = forms.number(number)
    kind, used = query.get("kind", ""), query.get("used", "")
    return Filters(
        text=query.get("find", "").strip()[:100],
        source=forms.number(query.get("source", "")),
        kind=kind if kind in KINDS else "",
        used=used if used in USES else "",
        after=(place, after_id) if after_id is not None else None,
    )


def library_page(db: Database, visit: Visit, chosen: Filters, *, at: datetime) -> LibraryPage:
    """Return the library, and below it what was heard and is in no engagement."""
    found = _found(db, visit, chosen, limit=SHOWN + 1)
    shown = _rows(db, visit, found[:SHOWN], at=at)
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    older = f"?{chosen.query}&{urlencode({'after': f'{last.place},{last.id}'})}" if last else ""
    sources = list(Source.objects.filter(account_id=visit.account_id, disconnected_at=None).order_by("name", "pk"))
    return LibraryPage(
        at=at,
        rows=shown,
        filters=chosen,
        sources=[Option(str(source.pk), source.name) for source in sources],
        kinds=KINDS,
        uses=USES,
        older=older,
        heard=[] if chosen.after else list(_heard(db, visit, sources)),
        may_write=visit.may("entry_points.write"),
        may_count=visit.may("metrics.read"),
        is_empty=not shown and not chosen.is_narrow,
    )


def entry_point_page(
    db: Database, visit: Visit, entry_point_id: int, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> EntryPointPage | None:
    """Return one entry point with what was typed into its form, or None when the library has no such."""
    found = _rows(db, visit, _found(db, visit, Filters(), limit=1, only=entry_point_id), at=at)
    if not found:
        return None
    task = latest(visit.account_id, "relink", f"entry_point:{entry_point_id}")
    return EntryPointPage(
        at=at,
        row=found[0],
        form=_form(found[0], posted=posted, refused=refused),
        may_write=visit.may("entry_points.write"),
        may_count=visit.may("metrics.read"),
        asks=refused.message if refused is not None and refused.field == "confirmed" else "",
        task=item(visit, task, at=at) if task and task.state in UNFINISHED and visit.may("campaigns.write") else None,
    )


def new_page(visit: Visit, *, at: datetime, given: QueryDict, posted: QueryDict | None = None, refused: Problem | None = None) -> NewPage:
    """Return the form of a new entry point; the address may choose its source, kind and value."""
    sources = Source.objects.filter(account_id=visit.account_id, disconnected_at=None).order_by("name", "pk")
    options = [Option(str(source.pk), source.name) for source in sources]
    kinds = [
        Option("campaign_id", _("Campaign ID"), help=_("Recommended: it says which broadcast was answered.")),
        Option("phone_number", _("Phone number"), help=_("The number or name that the broadcast is sent from.")),
    ]
    fields = (
        Field(
            "source", _("Source"), kind="select", value=given.get("source", options[0].value if options else ""), options=options, span=6
        ),
        Field("name", _("Name"), is_optional=True, longest=200, span=6, help=_("What people here call it; else its value is shown.")),
        Field("kind", _("Kind"), kind="radios", value=given.get("kind", "campaign_id"), options=kinds),
        Field(
            "value",
            _("Campaign ID or number"),
            value=given.get("value", "")[:200],
            is_mono=True,
            is_first=True,
            longest=2000,
            help=_("Paste the ID, or the address of the campaign's page in the provider's tool: the ID in it is taken."),
        ),
    )
    return NewPage(at, bool(options), form(*fields, posted=posted, refused=refused))


def _found(db: Database, visit: Visit, chosen: Filters, *, limit: int, only: int | None = None) -> list[Any]:
    number = phones.normalise(chosen.text).key if chosen.text else ""
    asked = {
        "account": visit.account_id,
        "id": only,
        "source": chosen.source,
        "kind": chosen.kind,
        "text": chosen.text,
        "key": number if number.startswith("+") else keys.fold(chosen.text),
        "used": {"yes": True, "no": False}.get(chosen.used),
        "after_place": chosen.after[0] if chosen.after else None,
        "after_id": chosen.after[1] if chosen.after else None,
        "limit": limit,
    }
    return rows(db, sql(_HERE, "entry_points"), asked)


def _rows(db: Database, visit: Visit, found: Sequence[Any], *, at: datetime) -> list[EntryPointRow]:
    ids = [row.id for row in found]
    counted = _counted(db, visit, ids, at=at) if ids and visit.may("metrics.read") else {}
    collisions = _collisions(db, visit, ids, at=at) if ids else {}
    return [_row(row, counted.get(row.id, {}), collisions.get(row.id, []), at=at) for row in found]


def _row(row: Any, days: dict[datetime, int], collisions: list[str], *, at: datetime) -> EntryPointRow:
    uses = [_use(one, at=at) for one in json.loads(row.uses)]
    return EntryPointRow(
        id=row.id,
        kind=row.kind,
        value=row.value,
        name=row.name,
        source_id=row.source_id,
        source=row.source,
        is_connected=row.is_connected,
        uses=uses,
        text=row.text or "",
        heard=_last_heard(row, days, at=at),
        notices=sum(days.values()),
        collisions=collisions,
        warning=_warning(row, uses, days),
    )


def _last_heard(row: Any, days: dict[datetime, int], *, at: datetime) -> str:
    """Return when its last broadcast was heard: an instant where nothing is counted under it yet, else the day."""
    last = max(days, default=None)
    if row.unmapped_at is not None and (last is None or row.unmapped_at >= last):
        return times.moment(row.unmapped_at, now=at)
    if last is not None:
        return times.day(last, now=at)
    return _("first heard %(at)s") % {"at": times.moment(row.first_heard_at, now=at)} if row.first_heard_at else ""


def _warning(row: Any, uses: Sequence[Use], days: dict[datetime, int]) -> str:
    if not row.is_connected:
        return _("%(source)s is disconnected: no reply comes in through it.") % {"source": row.source}
    if row.holders is not None and not json.loads(row.holders):
        return _("No connected source has this number: replies to it reach nobody here.")
    if row.kind == "campaign_id" and uses and not (row.first_heard_at or row.unmapped_at or days):
        return _("Nobody has broadcast to %(value)s yet.") % {"value": row.value}
    return ""


def _use(one: dict[str, Any], *, at: datetime) -> Use:
    starts_at, ends_at = _instant(one["starts_at"]), _instant(one["ends_at"])
    phase = decide.phase(one["state"], Frame(starts_at or at, ends_at), at=at)
    today = times.today_in(one["time_zone"], now=at)
    starts_on = parse_date(one["starts_on"]) or today
    ends_on = parse_date(one["ends_on"]) if one["ends_on"] else None
    return Use(
        engagement_id=one["id"],
        name=one["name"],
        campaign_id=one["campaign_id"],
        campaign=one["campaign"],
        state=words.CAMPAIGN[phase],
        frame=times.frame(starts_on, ends_on, today=today),
        is_enabled=one["enabled"],
    )


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _counted(db: Database, visit: Visit, ids: list[int], *, at: datetime) -> dict[int, dict[datetime, int]]:
    """Return the notices of the last 30 days by entry point and day."""
    told = report(
        db,
        visit.account_id,
        metrics=["sent"],
        by=["entry_point"],
        filters={"entry_point": ids},
        start=at - timedelta(days=_DAYS),
        end=at + timedelta(minutes=15),
        time_zone=visit.time_zone,
        grain="day",
    )
    found: dict[int, dict[datetime, int]] = defaultdict(dict)
    for one in told.items:
        if one.at is not None and one.count:
            found[int(one.by["entry_point"] or 0)][one.at] = one.count
    return found


def _collisions(db: Database, visit: Visit, ids: list[int], *, at: datetime) -> dict[int, list[str]]:
    """Return, by entry point, who wins over whom and until when, of the published engagements that claim it at the same time."""
    _own, claimants = store.claimants(db, visit.account_id, [], entry_point_ids=ids)
    found: dict[int, list[str]] = defaultdict(list)
    for one in claimants:
        for overlap in decide.overlaps(one, rivals=claimants):
            if overlap.wins and overlap.entry_point.id in ids and not _is_past(overlap, at=at):
                found[overlap.entry_point.id].append(_collision(overlap, at=at))
    return found


def _is_past(overlap: Overlap, *, at: datetime) -> bool:
    return overlap.during.ends_at is not None and overlap.during.ends_at <= at


def _collision(overlap: Overlap, *, at: datetime) -> str:
    first, last = overlap.during.days(overlap.claimant.time_zone)
    names = {"winner": _named(overlap.claimant), "loser": _named(overlap.rival), "from": dateformat.format(first, "j F")}
    names["last"] = dateformat.format(last, "j F") if last else ""
    if overlap.during.starts_at > at:
        later = _("From %(from)s to %(last)s replies go to %(winner)s, not to %(loser)s.")
        return (later if last else _("From %(from)s replies go to %(winner)s, not to %(loser)s.")) % names
    now = _("Until %(last)s replies go to %(winner)s, not to %(loser)s.")
    return (now if last else _("Replies go to %(winner)s, not to %(loser)s, with no end.")) % names


def _named(claimant: Any) -> str:
    same = claimant.engagement_name == claimant.campaign_name
    return str(claimant.campaign_name) if same else f"{claimant.engagement_name} ({claimant.campaign_name})"


def _heard(db: Database, visit: Visit, sources: Iterable[Source]) -> Iterable[HeardGroup]:
    for source in sources:
        found = [one for one in heard_campaigns(db, visit.account_id, source.pk, limit=_HEARD_SHOWN + 1) if one.key]
        if found:
            shown = [campaign_row(one, source.pk) for one in found[:_HEARD_SHOWN]]
            yield HeardGroup(source.pk, source.name, shown, has_more=len(found) > _HEARD_SHOWN)


def _form(row: EntryPointRow, *, posted: QueryDict | None, refused: Problem | None) -> Form:
    hint = _("Another value is another entry point: the engagements that have this one get the new one, what was decided stays.")
    return form(
        Field("name", _("Name"), value=row.name, is_optional=True, longest=200, span=6),
        Field("value", KINDS[row.kind], value=row.value, is_mono=True, longest=2000, span=6, help=hint if row.uses else ""),  # type: ignore[arg-type]
        posted=posted,
        refused=None if refused is not None and refused.field == "confirmed" else refused,
    )
