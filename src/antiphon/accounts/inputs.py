"""What people type about accounts and each other, read once. Everything raises Invalid, with the field."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from antiphon.accounts.models import Role, User
from antiphon.kit.keys import clean
from antiphon.kit.problems import Invalid

_SHORTEST_SECONDS, _LONGEST_SECONDS = 60, 90 * 86_400
_SECONDS = ("response_target_seconds", "auto_close_seconds", "return_seconds")


def text(raw: str, *, field: str, longest: int) -> str:
    """Return a text that is there and fits."""
    found = clean(raw).strip()
    if not 0 < len(found) <= longest:
        raise Invalid("bad_length", "{what} needs 1 to {longest} characters.", field=field, what=field, longest=longest)
    return found


def email(raw: str) -> str:
    """Return an address in lower case."""
    found = raw.strip().lower()
    try:
        validate_email(found)
    except ValidationError:
        raise Invalid("not_an_email", "This is not an e-mail address.", field="email") from None
    return found


def whole(raw: int | str, *, field: str, least: int, most: int) -> int:
    """Return a whole number within limits."""
    found = str(raw).strip()
    if not (found.isascii() and found.isdecimal() and len(found) < 10 and least <= int(found) <= most):  # noqa: PLR2004 - beyond any limit
        raise Invalid(
            "out_of_range", "{what} needs a whole number from {least} to {most}.", field=field, what=field, least=least, most=most
        )
    return int(found)


def check_role(role: str) -> None:
    """Refuse a role that does not exist."""
    if role not in Role.values:
        raise Invalid(
            "unknown_role", "There is no role {role}: use one of {listed}.", field="role", role=role, listed=", ".join(Role.values)
        )


def check_time_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in available_timezones():
        raise Invalid(
            "unknown_time_zone", "There is no time zone {name}: use a name such as Europe/Amsterdam.", field="time_zone", name=name
        )


def check_region(region: str) -> None:
    """Refuse a region that no phone number has; none is fine."""
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("unknown_region", "There is no region {region}: use two letters such as NL.", field="home_region", region=region)


def check_language(code: str, known: Sequence[str]) -> None:
    """Refuse a language that the account does not use; none is fine, and so is any while the account names none."""
    if code and known and code not in known:
        raise Invalid("unknown_language", "{what} is not a language of this account: add it first.", field="language", what=code)


def check_password(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is short, common, or like the person's name or address."""
    try:
        validate_password(password, User(email=email, first_name=name[:150]))
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages), field="password") from None


def check_seconds(settings: dict[str, Any]) -> None:
    """Refuse times of a skill that are shorter than a minute or longer than 90 days; only the response target must be there."""
    for field in _SECONDS:
        value = settings.get(field)
        if value is not None and not _SHORTEST_SECONDS <= value <= _LONGEST_SECONDS:
            raise Invalid("out_of_range", "{what} must be between a minute and 90 days.", field=field, what=field)
    if "response_target_seconds" in settings and settings["response_target_seconds"] is None:
        raise Invalid("out_of_range", "response_target_seconds is needed.", field="response_target_seconds")
