"""The knobs of the Analytics Builder: every one is an address, so that every state of the page can be shared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from antiphon.kit.db import Database
from antiphon.metrics.dictionary import DIMENSIONS as DICTIONARY
from antiphon.metrics.dictionary import METRICS, Group
from antiphon.metrics.names import Name, choices, names
from antiphon.metrics.question import MOST_BY, MOST_METRICS, TIME, Picture, Question, Range, can_stack, fits
from antiphon.metrics.ranges import Grain
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.analytics_answer import Answer

_MOST_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Pick:
    """Something chosen: where it leads, where it is taken away, and moved up."""

    name: str
    help: str
    url: str
    without_url: str
    up_url: str = ""
    is_drawn: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be chosen."""

    name: str
    url: str
    help: str = ""
    icon: str = ""
    is_chosen: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The form that narrows one dimension: a box per value; `hidden` is the rest of the question."""

    dimension: str
    name: str
    boxes: list[tuple[str, Name, bool]]
    hidden: list[tuple[str, str]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned: metrics, dimensions, filters, days, grain and picture. Empty lists are not offered now."""

    metrics: list[Pick]
    metric_groups: list[tuple[str, list[Offer]]]
    by: list[Pick]
    by_offers: list[Offer]
    filters: list[Pick]
    filter_offers: list[Offer]
    narrowing: Narrowing | None
    ranges: list[Offer]
    first: str
    last: str
    dates_hidden: list[tuple[str, str]]
    is_custom: bool
    grains: list[Offer]
    pictures: list[Offer]


def address(question: Question, *, also: Sequence[tuple[str, str]] = (), **changed: object) -> str:
    """Return the address of a question with something changed, on the page that it is asked on."""
    return f"?{question.with_(**changed).query()}" + "".join(f"&{name}={value}" for name, value in also)


def knobs(db: Database, visit: Visit, question: Question, told: Answer | None, *, narrow: str) -> Knobs:
    """Return the knobs as they stand; `narrow` is the dimension whose values are being chosen."""
    return _Turned(db, visit, question, told).knobs(narrow)


@dataclass(frozen=True, slots=True)
class _Turned:
    db: Database
    visit: Visit
    question: Question
    told: Answer | None

    def url(self, *, also: Sequence[tuple[str, str]] = (), **changed: object) -> str:
        return address(self.question, also=also, **changed)

    def knobs(self, narrow: str) -> Knobs:
        question, told = self.question, self.told
        dates = question.with_(range=Range.FOUR_WEEKS, first=None, last=None)
        return Knobs(
            metrics=self._metrics(),
            metric_groups=self._metric_groups(),
            by=self._by(),
            by_offers=self._by_offers(),
            filters=self._filters(),
            filter_offers=self._filter_offers(),
            narrowing=self._narrowing(narrow) if narrow in DICTIONARY else None,
            ranges=self._ranges(),
            first=told.first.isoformat() if told else "",
            last=told.last.isoformat() if told else "",
            dates_hidden=dates.pairs(),
            is_custom=question.range is Range.CUSTOM,
            grains=self._grains(),
            pictures=self._pictures(),
        )

    def _ranges(self) -> list[Offer]:
        chosen = self.question.range
        return [
            Offer(str(name), self.url(range=each, first=None, last=None), is_chosen=chosen is each) for each, name in say.RANGES.items()
        ]

    def _metrics(self) -> list[Pick]:
        question = self.question
        if question.picture is Picture.FUNNEL:
            return [Pick(say.title(name), say.definition(name), "", "") for name in question.asked]
        return [
            Pick(
                say.title(name),
                say.definition(name),
                self.url(of=name),
                self.url(metrics=_without(question.metrics, name)) if len(question.metrics) > 1 else "",
                self.url(metrics=_up(question.metrics, name)) if name != question.metrics[0] else "",
                is_drawn=question.drawn == name and question.picture is not Picture.TABLE and len(question.metrics) > 1,
            )
            for name in question.metrics
        ]

    def _metric_groups(self) -> list[tuple[str, list[Offer]]]:
        chosen = self.question.metrics
        if len(chosen) >= MOST_METRICS or self.question.picture is Picture.FUNNEL:
            return []
        offers = {
            group: [
                Offer(say.title(name), self.url(metrics=(*chosen, name)), say.definition(name))
                for name, metric in METRICS.items()
                if metric.group is group and name not in chosen
            ]
            for group in Group
        }
        return [(str(say.GROUPS[group]), found) for group, found in offers.items() if found]

    def _by(self) -> list[Pick]:
        by = self.question.by
        return [
            Pick(
                str(say.DIMENSIONS[name]),
                DICTIONARY[name].definition.replace("`", "") if name != TIME else "",
                "",
                self.url(by=_without(by, name)),
                self.url(by=_up(by, name)) if name != by[0] else "",
            )
            for name in by
        ]

    def _by_offers(self) -> list[Offer]:
        by = self.question.by
        if len(by) >= MOST_BY:
            return []
        return [Offer(str(name), self.url(by=(*by, key))) for key, name in say.DIMENSIONS.items() if key not in by]

    def _filters(self) -> list[Pick]:
        filters = self.question.filters
        wanted = {(name, int(value)) for name, values in filters for value in values if value.isdecimal()}
        known = names(self.db, self.visit.account_id, {pair for pair in wanted if DICTIONARY[pair[0]].is_number})
        picks = []
        for name, values in filters:
            texts = [_value_name(name, value, known).text for value in values]
            told = _("is %(values)s") % {"values": _(" or ").join(texts)}
            url = self.url(also=[("narrow", name)])
            picks.append(Pick(str(say.DIMENSIONS[name]), told, url, self.url(filters=tuple(one for one in filters if one[0] != name))))
        return picks

    def _filter_offers(self) -> list[Offer]:
        taken = {name for name, _ in self.question.filters}
        return [
            Offer(str(name), self.url(also=[("narrow", key)])) for key, name in say.DIMENSIONS.items() if key != TIME and key not in taken
        ]

    def _narrowing(self, dimension: str) -> Narrowing:
        chosen = dict(self.question.filters).get(dimension, ())
        rest = self.question.with_(filters=tuple(one for one in self.question.filters if one[0] != dimension))
        boxes, is_cut = self._boxes(dimension)
        return Narrowing(
            dimension,
            str(say.DIMENSIONS[dimension]),
            [(value, name, value in chosen) for value, name in boxes],
            rest.pairs(),
            is_cut,
        )

    def _boxes(self, dimension: str) -> tuple[list[tuple[str, Name]], bool]:
        none = ("none", say.label(dimension, None, {}))
        if DICTIONARY[dimension].is_number:
            found = choices(self.db, self.visit.account_id, dimension, most=_MOST_CHOICES + 1)
            return [*((str(one.id), Name(one.name, one.is_gone)) for one in found[:_MOST_CHOICES]), none], len(found) > _MOST_CHOICES
        known: dict[str, Iterable[str]] = {
            "verdict": words.VERDICTS,
            "closed_by": say.CLOSED_BY,
            "campaign_type": say.CAMPAIGN_TYPES,
            "language": words.LANGUAGES,
        }
        boxes = [(value, say.label(dimension, value, {})) for value in known[dimension]]
        return (boxes if dimension == "campaign_type" else [*boxes, none]), False

    def _grains(self) -> list[Offer]:
        question = self.question
        goes = TIME in question.by and question.picture is not Picture.HEAT
        if not goes and (self.told is None or not self.told.grain.is_over_time):
            return []
        found = []
        for grain, name in say.GRAINS.items():
            ok = self.told is None or fits(grain, self.told.first, self.told.last)
            why_not = "" if ok else _("Hours are for three months at most.")
            found.append(Offer(str(name), self.url(grain=grain) if ok else "", is_chosen=self._grain is grain, why_not=why_not))
        return found

    @property
    def _grain(self) -> Grain:
        return self.told.grain if self.told and self.told.grain.is_over_time else self.question.grain

    def _pictures(self) -> list[Offer]:
        question, found = self.question, []
        for picture, word in say.PICTURES.items():
            why_not = ""
            if picture is Picture.STACKED and not can_stack(question.with_(picture=picture).drawn):
                why_not = _("Only counts can be stacked.")
            if picture is Picture.HEAT and METRICS[question.with_(picture=picture).drawn].is_running:
                why_not = _("This share has no hours of the week.")
            url = "" if why_not and question.picture is not picture else self.url(picture=picture)
            found.append(Offer(str(word.text), url, icon=word.icon, is_chosen=question.picture is picture, why_not=why_not))
        return found


def _value_name(dimension: str, value: str, known: Mapping[tuple[str, say.Value], Name]) -> Name:
    if value == "none" and dimension != "campaign_type":
        return say.label(dimension, None, known)
    return say.label(dimension, int(value) if DICTIONARY[dimension].is_number else value, known)


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)


def _up(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the names with this one a place further up."""
    rest, place = _without(names, name), names.index(name) - 1
    return (*rest[:place], name, *rest[place:])
