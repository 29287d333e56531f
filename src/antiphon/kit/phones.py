"""Phone numbers as E.164 with `+`, never guessing a region; short codes and names keep their kind (docs/glossary.md)."""

import re
from enum import StrEnum

import msgspec
import phonenumbers

_SEPARATORS = re.compile(r"[\s.\-()\[\]/\u00a0\u2010-\u2015]")
_INTERNATIONAL_DIGITS = 8
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class Kind(StrEnum):
    """What a sender or recipient is."""

    E164 = "e164"
    SHORT_CODE = "short_code"
    NAME = "name"


class Number(msgspec.Struct, frozen=True, gc=False):
    """A normalised number: `value` is E.164 with `+`, or the short code or name as given; `key` is what it is compared by."""

    value: str
    kind: Kind

    @property
    def key(self) -> str:
        """Return the key the number is compared by."""
        return self.value.casefold()


def normalise(raw: str, *, home_region: str | None = None) -> Number:
    """Return the number behind what a provider or a person wrote.

    Strip separators; `+` stays; `00` becomes `+`; eight or more digits that do not start with 0 get a `+`; a single
    leading 0 counts only with a home region; anything else is a short code (digits) or an alphanumeric sender.
    Numbers need only be possible, not assigned. Never raises.
    """
    text = _SEPARATORS.sub("", raw)
    if text.startswith("00"):
        text = "+" + text[2:]
    elif text.isdecimal() and text.isascii() and len(text) >= _INTERNATIONAL_DIGITS and not text.startswith("0"):
        text = "+" + text
    elif text.startswith("0") and home_region and text.isdecimal():
        text = _from_home(text, home_region) or text
    if _E164.fullmatch(text):
        return Number(text, Kind.E164)
    if text.isdecimal():
        return Number(text, Kind.SHORT_CODE)
    return Number(raw.strip(), Kind.NAME)


def _from_home(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
