"""Campaigns that need a person: their broadcast goes out, and nothing is linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from antiphon.kit.db import Database, rows, sql
from antiphon.workspace import times
from antiphon.workspace.access import Visit

_HERE = "antiphon.workspace"
_LATELY = timedelta(days=7)
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person: what is so, what comes of it, where to change it."""

    icon: str
    name: str
    help: str
    url: str
    campaign_id: int | None = None


def campaigns_needing_attention(db: Database, visit: Visit, *, at: datetime, campaigns: Sequence[int] | None = None) -> list[Attention]:
    """Return a line for each campaign whose notices came in the last week while it was draft, paused, not begun or over.

    Of the account, or of these campaigns; by one statement. For those who may change campaigns; nothing for others.
    """
    if not visit.may("campaigns.write"):
        return []
    asked = {"account": visit.account_id, "at": at, "since": at - _LATELY, "most": _MOST}
    found = rows(db, sql(_HERE, "attention"), asked | {"campaign": None if campaigns is None else list(campaigns)})
    return [_line(row, at=at) for row in found]


def _line(row: Any, *, at: datetime) -> Attention:
    url = reverse("campaign", args=[row.id])
    return Attention("speakerphone", _told(row, at=at), _why(row), url, row.id)


def _told(row: Any, *, at: datetime) -> str:
    """Say how many texts went out since when."""
    since = times.moment(row.first_at, now=at)
    if row.count > _MOST:
        return _("%(name)s goes out: more than %(count)s texts since %(since)s") % {"name": row.name, "count": f"{_MOST:,}", "since": since}
    texts = ngettext("%(name)s goes out: %(count)s text since %(since)s", "%(name)s goes out: %(count)s texts since %(since)s", row.count)
    return texts % {"name": row.name, "count": f"{row.count:,}", "since": since}


def _why(row: Any) -> str:
    """Say why nothing is linked, and what to do."""
    if row.phase == "draft":
        return _("It is a draft: replies start conversations without a link, and nothing is counted. Publish it.")
    if row.phase == "paused":
        return _("It is paused: replies start conversations without a link. Resume it.")
    if row.phase == "scheduled":
        told = _("Its first day is %(date)s: earlier replies start conversations without a link. Let it begin earlier.")
        return told % {"date": dateformat.format(row.starts_on, "j F")}
    told = _("It is over, its last day was %(date)s: replies start conversations without a link. Give it a later last day.")
    return told % {"date": dateformat.format(row.ends_on, "j F")}
