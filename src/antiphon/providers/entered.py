"""What people enter for a source, as it is stored: numbers, home region, stop words. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

import phonenumbers

from antiphon.kit import keys, phones
from antiphon.kit.problems import Invalid
from antiphon.providers.stop_words import BY_LANGUAGE, fold

OTHER = "other"
"""Where stop words stand whose language nobody named."""

_SENDER = re.compile(r"[A-Za-z0-9 &._+-]{1,11}")
_LONGEST_CODE = 8
_MOST_NUMBERS, _MOST_WORDS, _LONGEST_WORD = 50, 100, 40


def region(raw: str) -> str:
    """Return a home region as two capital letters, empty for none. Raises Invalid."""
    code = raw.strip().upper()
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("unknown_region", f"There is no region {code[:10]}: use two letters, such as NL.", field="home_region")
    return code


def numbers(raw: Sequence[str], *, home_region: str) -> list[str]:
    """Return numbers as they are stored, each once. Raises Invalid for none, and for what is no number, short code or name."""
    found = [_number(keys.clean(number).strip(), home_region=home_region) for number in raw if number.strip()]
    if not found:
        raise Invalid("no_number", "A source needs at least one number to be connected.", field="numbers")
    if len(found) > _MOST_NUMBERS:
        raise Invalid("out_of_range", f"A source has at most {_MOST_NUMBERS} numbers.", field="numbers")
    return list(dict.fromkeys(found))


def _number(raw: str, *, home_region: str) -> str:
    number = phones.normalise(raw, home_region=home_region or None)
    if number.kind is phones.Kind.SHORT_CODE and (number.value.startswith("0") or len(number.value) > _LONGEST_CODE):
        message = f"{raw[:40]} does not say its country: write it as +31…, or choose the home region."
        raise Invalid("bad_number", message, field="numbers")
    if number.kind is phones.Kind.NAME and not (_SENDER.fullmatch(number.value) and any(char.isalpha() for char in number.value)):
        message = f"{raw[:40]} is no number, short code, or name of at most 11 letters and digits."
        raise Invalid("bad_number", message, field="numbers")
    return number.value


def kind_of(number: str) -> phones.Kind:
    """Return what a stored number is."""
    return phones.normalise(number).kind


def stop_words(raw: Mapping[str, Iterable[str]] | None) -> dict[str, list[str]] | None:
    """Return stop words by language as they are stored: None, the app's own, also for what equals them. Raises Invalid."""
    if raw is None:
        return None
    found = {language: _words(words) for language, words in raw.items()}
    if unknown := sorted(set(found) - {*BY_LANGUAGE, OTHER}):
        known = ", ".join([*BY_LANGUAGE, OTHER])
        raise Invalid("unknown_kind", f"There are no stop words for {unknown[0][:20]}: use {known}.", field="stop_words")
    kept = {language: words for language, words in found.items() if words}
    return None if _is_default(kept) else kept


def _words(raw: Iterable[str]) -> list[str]:
    words = list(dict.fromkeys(word for word in (keys.clean(one).strip() for one in raw) if word))
    if len(words) > _MOST_WORDS:
        raise Invalid("out_of_range", f"At most {_MOST_WORDS} stop words for a language.", field="stop_words")
    for word in words:
        if len(word) > _LONGEST_WORD or not fold(word):
            message = f"{word[:40]} can be no stop word: it needs letters or digits, and at most {_LONGEST_WORD} characters."
            raise Invalid("bad_stop_word", message, field="stop_words")
    return words


def _is_default(kept: Mapping[str, Sequence[str]]) -> bool:
    return {language: {fold(word) for word in words} for language, words in kept.items()} == {
        language: {fold(word) for word in words} for language, words in BY_LANGUAGE.items()
    }
