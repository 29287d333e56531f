"""How a number may be spelt in what came in: one regular expression, the same to PostgreSQL and to Python."""

import re

import phonenumbers

_BETWEEN = r"[ .()/+-]*"


def spellings(phone: str) -> str:
    """Return the expression that finds a number in text, however it is written.

    With its country's code (`+31 6…`, `0031…`, `31(0)6…`) or, as at home, with a 0 in its place; spaces, dots, dashes, brackets and
    slashes may stand between digits. Another number that only ends in the same digits is not found.
    """
    try:
        parsed = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return rf"(?<![0-9A-Za-z]){re.escape(phone)}(?![0-9A-Za-z])"
    country, own = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    before = rf"(?:{_spaced(country)}{_BETWEEN}(?:0{_BETWEEN})?|(?<![0-9])0{_BETWEEN})"
    return rf"{before}{_spaced(own)}(?![0-9])"


def _spaced(digits: str) -> str:
    return _BETWEEN.join(digits)
