"""The tables of a campaign's report: by engagement and entry point, and by verdict."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.campaigns.models import Engagement, EntryPoint
from antiphon.metrics.dictionary import Unit
from antiphon.metrics.report import Item, Report
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages import analytics_words as say
from antiphon.workspace.pages.campaign_report_asked import Asked, list_url
from antiphon.workspace.pages.campaign_report_figure import Figure, Items, amounts_of, count_of, share_of, span_of
from antiphon.workspace.words import Word

_UNLINKED = ("no_entry_point", "out_of_frame", "no_broadcast")
_MEANS: dict[str, str | Promise] = {
    "linked_by_campaign_id": gettext_lazy("They answer a broadcast whose campaign ID an engagement has"),
    "linked_by_phone_number": gettext_lazy("They answer a number that an engagement has"),
    "set_by_person": gettext_lazy("An agent or a supervisor set the link"),
    "no_entry_point": gettext_lazy("No engagement took them when they came in: not published, paused, switched off, or not mapped then"),
    "out_of_frame": gettext_lazy("They came before the first day or after the last one"),
    "no_broadcast": gettext_lazy("No text to answer was known when they came in"),
}

Place = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An engagement by one entry point, or the campaign."""

    engagement: str
    engagement_url: str
    is_gone: bool
    kind: str
    entry_point: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The replies of one verdict."""

    word: Word
    means: str | Promise
    figure: Figure
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Named:
    """The engagements and entry points of a campaign, those that it had and counted under too."""

    engagements: dict[int, Engagement]
    entry_points: dict[int, EntryPoint]

    @classmethod
    def of(cls, visit: Visit, campaign_id: int, told: Report) -> "Named":
        """Return what the campaign has, and what the report is split by."""
        engagements = Engagement.objects.filter(account_id=visit.account_id, campaign_id=campaign_id).order_by("number")
        counted = {one.by["entry_point"] for one in told.groups if one.by["entry_point"]}
        used = EntryPoint.objects.filter(account_id=visit.account_id)
        own = used.filter(engagements__campaign_id=campaign_id) | used.filter(pk__in=counted)
        return cls({one.pk: one for one in engagements}, {one.pk: one for one in own.distinct().order_by("kind", "value")})


def heads() -> list[tuple[str, str]]:
    """Return the heads of the table, each with what its rate is over."""
    return [
        (_("Sent"), ""),
        (_("Delivered"), _("of sent")),
        (_("Responders"), _("of delivered")),
        (_("Time to reply"), _("half, 90 %")),
        (_("Conversations"), ""),
        (_("Handled"), _("of conversations")),
        (_("Opt-outs"), _("of delivered")),
        (_("Goals"), _("of sent")),
        (_("Value"), ""),
    ]


def lines_of(campaign_id: int, told: Report, named: Named, asked: Asked) -> list[Line]:
    """Return a row per engagement and entry point under which anything was counted, in the order of the engagements."""
    groups: dict[Place, dict[tuple[str, str], Item]] = defaultdict(dict)
    for one in told.groups:
        groups[tuple(one.by.values())][one.metric, one.currency] = one
    order = {key: place for place, key in enumerate(named.engagements)}
    found = sorted(groups, key=lambda place: (order.get(number_of(place[0]), len(order)), number_of(place[1])))
    return [line_of(campaign_id, asked, groups[place], place, named) for place in found]


def number_of(value: int | str | None) -> int:
    """Return an id, 0 for none."""
    return int(value or 0)


def line_of(campaign_id: int, asked: Asked, items: Items, place: Place | None, named: Named | None = None) -> Line:
    """Return the row of an engagement by an entry point; without a place that of the campaign."""
    narrower = {"engagement": number_of(place[0]), "entry_point": number_of(place[1])} if place else {}
    engagement = named.engagements.get(narrower["engagement"]) if named else None
    point = named.entry_points.get(narrower["entry_point"]) if named else None
    nothing = str(say.NOTHING["entry_point"]) if place else ""
    return Line(
        engagement=engagement.name if engagement else _("No engagement") if place else _("Campaign"),
        engagement_url=reverse("engagement", args=[engagement.pk]) if engagement and engagement.removed_at is None else "",
        is_gone=engagement is not None and engagement.removed_at is not None,
        kind=point.kind if point else "",
        entry_point=point.value if point else nothing,
        figures=_figures(campaign_id, asked, items, narrower),
    )


def _figures(campaign_id: int, asked: Asked, items: Items, narrower: dict[str, Any]) -> list[Figure]:
    def count(metric: str, rate: str = "") -> Figure:
        told = count_of(campaign_id, asked, items, metric, **narrower)
        return Figure(told.text, rate, told.url)

    def number(metric: str) -> int:
        return items[metric, ""].count if (metric, "") in items else 0

    sent, delivered, is_reported = number("sent"), number("delivered"), bool(number("delivered") or number("failed"))
    reached = (delivered, "") if delivered else (sent, _("of sent"))
    spans = items.get(("time_to_reply", ""))
    return [
        count("sent"),
        count("delivered", _percent(delivered, sent)) if is_reported or not sent else Figure("\N{EN DASH}", _("no reports yet")),
        count("responders", _percent(number("responders"), *reached)),
        Figure(span_of(spans.p50) if spans else "", span_of(spans.p90) if spans else ""),
        count("conversations_started"),
        count("handled", _percent(number("handled"), number("conversations_started"))),
        count("opt_outs", _percent(number("opt_outs"), *reached)),
        count("goals", _percent(number("goals"), sent)),
        _value(campaign_id, asked, items, narrower),
    ]


def _percent(part: int, base: int, said: str = "") -> str:
    return " ".join(filter(None, (_("%(share).1f %%") % {"share": 100 * part / base}, said))) if base else ""


def _value(campaign_id: int, asked: Asked, items: Items, narrower: dict[str, Any]) -> Figure:
    url, amounts = list_url(campaign_id, "goal_value", asked, **narrower), amounts_of(items)
    if len(amounts) == 1:
        ((currency, amount),) = amounts.items()
        return Figure(say.figure(amount, Unit.MONEY), currency, url)
    return Figure(", ".join(f"{currency} {amount:,.2f}" for currency, amount in amounts.items()), "", url if amounts else "")


def verdicts_of(campaign_id: int, asked: Asked, told: Report) -> list[Verdict]:
    """Return the replies by verdict, those that were not linked first."""
    counts = {str(one.by["verdict"]): one.count for one in told.groups}
    order = [*_UNLINKED, *(key for key in words.VERDICTS if key not in _UNLINKED)]
    whole = sum(counts.values())
    return [
        Verdict(
            words.VERDICTS[key],
            _MEANS[key],
            Figure(f"{counts[key]:,}", share_of(counts[key], whole, _("replies")), list_url(campaign_id, "replies", asked, verdict=key)),
            is_linked=key not in _UNLINKED,
        )
        for key in order
        if counts.get(key)
    ]
