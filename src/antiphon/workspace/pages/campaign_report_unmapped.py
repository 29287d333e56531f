"""What a campaign's sources sent and no engagement claims: beside its report, since it may be the campaign's."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from antiphon.campaigns.models import Engagement
from antiphon.kit.db import Database
from antiphon.metrics.behind import UNMAPPED
from antiphon.metrics.report import report
from antiphon.providers.heard import HeardCampaign, heard_campaigns
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.campaign_report_asked import Asked, list_url
from antiphon.workspace.pages.campaign_report_figure import Figure

_SHOWN_HEARD = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """An external campaign of the campaign's sources that nobody claims."""

    name: str
    text: str
    texts: str
    last_heard_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The texts of a source that nobody claims, in the days of the report."""

    source: str
    figure: Figure
    all_url: str
    heard: list[Heard]


def unmapped_of(db: Database, visit: Visit, campaign_id: int, asked: Asked) -> list[Unmapped]:
    """Return what the campaign's sources sent in these days and nobody claims."""
    own = Engagement.objects.filter(account_id=visit.account_id, campaign_id=campaign_id, removed_at=None)
    sources = dict(own.order_by("source_id").values_list("source_id", "source__name"))
    start, end = asked.window(visit.time_zone)
    told = report(
        db,
        visit.account_id,
        metrics=["sent"],
        by=["source"],
        filters={"campaign": [None], "source": list(sources) or [None]},
        start=start,
        end=end,
        time_zone=visit.time_zone,
    )
    counts = {int(one.by["source"]): one.count for one in told.groups if one.by["source"]}
    return [_of_source(db, visit, campaign_id, asked, (key, sources[key], counts[key])) for key in sources if counts.get(key)]


def _of_source(db: Database, visit: Visit, campaign_id: int, asked: Asked, of: tuple[int, str, int]) -> Unmapped:
    source_id, name, count = of
    heard = [one for one in heard_campaigns(db, visit.account_id, source_id, limit=_SHOWN_HEARD) if one.notices]
    only_days = Asked(asked.first, asked.last)
    return Unmapped(
        source=name,
        figure=Figure(f"{count:,}", "", list_url(campaign_id, UNMAPPED, only_days, source=source_id)),
        all_url=reverse("source-campaigns", args=[source_id]),
        heard=[_heard(visit, campaign_id, source_id, one) for one in heard],
    )


def _heard(visit: Visit, campaign_id: int, source_id: int, one: HeardCampaign) -> Heard:
    query = urlencode({"source": source_id, "external_campaign": one.external_campaign})
    texts = ngettext("%(count)s text in all", "%(count)s texts in all", one.notices) % {"count": f"{one.notices:,}"}
    return Heard(
        name=one.external_campaign,
        text=one.text if visit.may("notices.read") else "",
        texts=texts,
        last_heard_at=one.last_heard_at,
        url=f"{reverse('engagement-new', args=[campaign_id])}?{query}" if one.key and visit.may("campaigns.write") else "",
    )
