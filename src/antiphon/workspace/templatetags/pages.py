"""Icons, counts, instants, numbers of phones: how values look on pages."""

from datetime import datetime

import phonenumbers
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from antiphon.workspace import times

register = template.Library()


@register.simple_tag
def icon(name: str, *, size: int = 16, label: str = "") -> SafeString:
    """Return an icon; without a label it only repeats the word beside it."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    small = SafeString("") if size == 16 else format_html(' data-size="{}"', size)  # noqa: PLR2004 - the size without a word
    return format_html('<span class="icon" data-icon="{}"{} {}></span>', name, small, spoken)


@register.simple_tag
def single_sign_on() -> str:
    """Return what the provider of single sign-on is called; empty when the settings name none."""
    providers = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return str(providers[0]["name"]) if providers else ""


@register.filter
def count(value: int | None) -> str:
    """Return a number with its thousands apart."""
    return "–" if value is None else f"{value:,}"  # noqa: RUF001 - the dash of an empty cell


@register.filter
def moment(at: datetime, now: datetime) -> SafeString:
    """Return an instant as people read it, with the exact one for machines."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), times.moment(at, now=now))


@register.filter
def clock(at: datetime) -> SafeString:
    """Return the hour and minute of an instant."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), times.clock(at))


@register.filter
def phone(number: str) -> str:
    """Return a phone number in groups; what is no such number as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
