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
        raise Invalid("unknown_region", "There is no region {what}: use two letters, such as NL.", field="home_region", what=code[:10])
    return code


def numbers(raw: Sequence[str], *, home_region: str) -> list[str]:
    """Return numbers as they are stored, each once. Raises Invalid for none, and for what is no number, short code or name."""
    found = [_number(keys.clean(number).strip(), home_region=home_region) for number in raw if number.strip()]
    if not found:
        raise Invalid("no_number", "A source needs at least one number to be connected.", field="numbers")
    if len(found) > _MOST_NUMBERS:
        raise Invalid("out_of_range", "A source has at most {most_numbers} numbers.", field="numbers", most_numbers=_MOST_NUMBERS)
    return list(dict.fromkeys(found))


def _number(raw: str, *, home_region: str) -> str:
    number = phones.normalise(raw, home_region=home_region or None)
    if number.kind is phones.Kind.SHORT_CODE and (number.value.startswith("0") or len(number.value) > _LONGEST_CODE):
        raise Invalid(
            "bad_number", "{raw} does not say its country: write it as +31…, or choose the home region.", field="numbers", raw=raw[:40]
        )
    if number.kind is phones.Kind.NAME and not (_SENDER.fullmatch(number.value) and any(char.isalpha() for char in number.value)):
        raise Invalid(
            "bad_number", "{raw} is no number, short code, or name of at most 11 letters and digits.", field="numbers", raw=raw[:40]
        )
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
        raise Invalid(
            "unknown_kind", "There are no stop words for {unknown}: use {known}.", field="stop_words", unknown=unknown[0][:20], known=known
        )
    kept = {language: words for language, words in found.items() if words}
    return None if _is_default(kept) else kept


def _words(raw: Iterable[str]) -> list[str]:
    words = list(dict.fromkeys(word for word in (keys.clean(one).strip() for one in raw) if word))
    if len(words) > _MOST_WORDS:
        raise Invalid("out_of_range", "At most {most_words} stop words for a language.", field="stop_words", most_words=_MOST_WORDS)
    for word in words:
        if len(word) > _LONGEST_WORD or not fold(word):
            raise Invalid(
                "bad_stop_word",
                "{word} can be no stop word: it needs letters or digits, and at most {longest_word} characters.",
                field="stop_words",
                word=word[:40],
                longest_word=_LONGEST_WORD,
            )
    return words


def _is_default(kept: Mapping[str, Sequence[str]]) -> bool:
    return {language: {fold(word) for word in words} for language, words in kept.items()} == {
        language: {fold(word) for word in words} for language, words in BY_LANGUAGE.items()
    }
