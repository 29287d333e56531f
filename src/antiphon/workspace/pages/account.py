"""The account's own settings as a form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.accounts.models import Account
from antiphon.accounts.stamps import stamp
from antiphon.accounts.tenants import LONGEST_WINDOW_DAYS, account_values
from antiphon.kit.problems import Problem
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Option, form
from antiphon.workspace.pages.settings import FormPage, last_change


def account_page(
    visit: Visit, tenant: Account, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None
) -> FormPage:
    """Return the form of the account."""
    values = account_values(tenant)
    by = last_change(visit.account_id, f"account:{visit.account_id}", now=at) if refused else ""
    return FormPage(
        above=_("Settings"),
        above_url=reverse("settings"),
        title=_("Account"),
        lead=_("What holds for everybody in %(name)s.") % {"name": tenant.name},
        form=form(*_fields(values), posted=posted, refused=refused, version=stamp(values), by=by),
        submit=_("Save"),
        busy=_("Saving…"),
    )


def _fields(values: dict[str, Any]) -> Sequence[Field]:
    return (
        Field("name", _("Name"), value=values["name"], longest=200),
        _zone(values["time_zone"]),
        _region(values["home_region"]),
        _routing(is_automatic=values["is_automatic"]),
        *_languages(values["languages"]),
        _window(values["conversion_window_days"]),
    )


def _zone(chosen: str) -> Field:
    names = sorted({name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))} | {"UTC", chosen})
    help_text = _("Days and clocks on pages and in reports. Campaigns keep the zone they were made with.")
    options = [Option(name, name.replace("_", " ")) for name in names]
    return Field("time_zone", _("Time zone"), kind="select", value=chosen, options=options, help=help_text, span=6)


def _region(chosen: str) -> Field:
    options = [Option("", _("None: numbers need their country"))]
    options += [Option(code, f"{code}, +{phonenumbers.country_code_for_region(code)}") for code in sorted(phonenumbers.SUPPORTED_REGIONS)]
    help_text = _("For numbers that are typed with a single 0 in front. A source has its own.")
    return Field("home_region", _("Home region"), kind="select", value=chosen, options=options, help=help_text, span=6)


def _routing(*, is_automatic: bool) -> Field:
    options = [
        Option("automatic", _("Automatic"), help=_("A conversation goes to the agent online who has the skill and the fewest open ones.")),
        Option("manual", _("By hand"), help=_("Conversations wait in their queue until an agent takes the next one.")),
    ]
    value = "automatic" if is_automatic else "manual"
    return Field("is_automatic", _("How conversations find their agent"), kind="radios", value=value, options=options)


def _languages(codes: Sequence[str]) -> Sequence[Field]:
    options = [Option(code, str(name)) for code, name in words.LANGUAGES.items()]
    others = ", ".join(code for code in codes if code not in words.LANGUAGES)
    help_text = _("Offered for engagements and canned answers. None chosen: all are offered.")
    return (
        Field("languages", _("Languages"), kind="checks", chosen=tuple(codes), options=options, help=help_text, columns=True),
        Field(
            "other_languages",
            _("Other languages"),
            value=others,
            help=_("Codes with commas, such as da, pt-br."),
            may_be_empty=True,
            span=6,
        ),
    )


def _window(days: int) -> Field:
    return Field(
        "conversion_window_days",
        _("Conversion window (days)"),
        value=str(days),
        inputmode="numeric",
        help=_("A conversion counts for the latest conversation within it; at most %(most)d. Conversions made stay.")
        % {"most": LONGEST_WINDOW_DAYS},
        span=6,
    )


def read_account(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed about the account."""
    codes = [*posted.getlist("languages"), *posted.get("other_languages", "").split(",")]
    typed: dict[str, Any] = {name: posted.get(name, "") for name in ("name", "time_zone", "home_region", "conversion_window_days")}
    return typed | {"is_automatic": posted.get("is_automatic") == "automatic", "languages": codes}
