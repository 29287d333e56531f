"""How instants and spans are written: relative under a day where it matters, else date and clock, in the zone in force."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SOON_SECONDS = 600


def clock(at: datetime) -> str:
    """Return hour and minute."""
    return dateformat.format(timezone.localtime(at), "H:i")


def moment(at: datetime, *, now: datetime) -> str:
    """Return the clock for today, else date and clock, with the year when it is another."""
    here, today = timezone.localtime(at), timezone.localtime(now)
    if here.date() == today.date():
        return clock(at)
    return dateformat.format(here, "j M H:i" if here.year == today.year else "j M Y H:i")


def day(at: datetime, *, now: datetime) -> str:
    """Return the name of a day as a timeline shows it."""
    here, today = timezone.localtime(at).date(), timezone.localtime(now).date()
    if here == today:
        return _("Today")
    if (today - here).days == 1:
        return _("Yesterday")
    return dateformat.format(here, "l j F" if here.year == today.year else "l j F Y")


def span(seconds: float) -> str:
    """Return a length of time in its two largest units."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return _("%(seconds)d s") % {"seconds": whole}
    if whole < _HOUR:
        return _("%(minutes)d min") % {"minutes": whole // _MINUTE}
    if whole < _DAY:
        return _hours(whole)
    days = ngettext("%(days)d day", "%(days)d days", whole // _DAY) % {"days": whole // _DAY}
    return f"{days}, {_hours(whole % _DAY)}" if whole % _DAY >= _HOUR else days


def _hours(seconds: int) -> str:
    return _("%(hours)d h %(minutes)02d") % {"hours": seconds // _HOUR, "minutes": seconds % _HOUR // _MINUTE}


def due_state(due_at: datetime | None, *, now: datetime) -> str:
    """Return `late`, `soon` or nothing: what an answer's due time asks of people."""
    if due_at is None:
        return ""
    left = (due_at - now).total_seconds()
    return "late" if left < 0 else "soon" if left <= _SOON_SECONDS else ""


def due(due_at: datetime, *, now: datetime) -> str:
    """Return how long until an answer is due, or since when it is overdue."""
    left = (due_at - now).total_seconds()
    if left < 0:
        return _("%(span)s over") % {"span": span(-left)}
    return _("in %(span)s") % {"span": span(left)}


def frame(starts_on: date, ends_on: date | None, *, today: date) -> str:
    """Return a time frame by its days; the end day is included."""
    starts = _date(starts_on, today=today)
    if ends_on is None:
        return _("%(date)s, no end") % {"date": starts}
    if starts_on == ends_on:
        return starts
    ends = _date(ends_on, today=today)
    if (starts_on.month, starts_on.year) == (ends_on.month, ends_on.year):
        starts = str(starts_on.day)
    return f"{starts} – {ends}"  # noqa: RUF001 - the dash of a range


def frame_left(starts_on: date, ends_on: date | None, *, today: date) -> str:
    """Return how many days until the frame starts or ends; nothing when it is over or has no end."""
    if today < starts_on:
        days = (starts_on - today).days
        return ngettext("starts in %(days)d day", "starts in %(days)d days", days) % {"days": days}
    if ends_on is None or today > ends_on:
        return ""
    days = (ends_on - today).days
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days} if days else _("last day")


def zone_city(name: str) -> str:
    """Return the city of a time zone."""
    return name.rpartition("/")[2].replace("_", " ")


def today_in(zone: str, *, now: datetime) -> date:
    """Return the date there."""
    return now.astimezone(ZoneInfo(zone)).date()


def _date(on: date, *, today: date) -> str:
    return dateformat.format(on, "j M" if on.year == today.year else "j M Y")
