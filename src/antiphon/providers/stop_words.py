"""Stop words: which texts are an opt-out, and which only smell of one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

ENGLISH = frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"})
DUTCH = frozenset({"stop", "stoppen", "afmelden", "uitschrijven", "afmelding"})
FRENCH = frozenset({"stop", "arret", "arrêt", "arrêter", "arreter", "désabonner", "desabonner", "désinscrire", "desinscrire"})
BY_LANGUAGE = {"en": ENGLISH, "nl": DUTCH, "fr": FRENCH}
DEFAULT = ENGLISH | DUTCH | FRENCH

# Longer texts are no stop word, and a hint is looked for at their beginning only: a text is at most a few hundred characters.
_LONGEST_STOP = 100
_LONGEST_LOOK = 2_000
_word = re.compile(r"\w+")
_ASCII_KEPT = {code: None for code in range(128) if not chr(code).isalnum() and not chr(code).isspace()}


def is_stop(text: str, words: frozenset[str]) -> bool:
    """Return whether the whole message is a stop word: trimmed, case-folded, punctuation and signs stripped."""
    return len(text) <= _LONGEST_STOP and fold(text) in _folded(words)


def mentions_stop(text: str, words: frozenset[str]) -> bool:
    """Return whether a stop word stands in the message as a word of its own: a hint for the agent, no more."""
    read = text[:_LONGEST_LOOK]
    found = _word.findall((read if read.isascii() else unicodedata.normalize("NFKC", read)).casefold())
    single, several = _by_length(words)
    if not single.isdisjoint(found):
        return True
    inside = f" {' '.join(found)} "
    return any(f" {phrase} " in inside for phrase in several)


def all_of(by_language: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the stop words of all languages together."""
    return frozenset(word for words in by_language.values() for word in words)


def fold(text: str) -> str:
    """Return the form in which messages and stop words are compared."""
    if text.isascii():
        return " ".join(text.translate(_ASCII_KEPT).casefold().split())
    kept = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char)[0] not in "PSC" or char.isspace())
    return " ".join(unicodedata.normalize("NFKC", "".join(kept).casefold()).split())


@lru_cache(maxsize=1024)
def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words) - {""}


@lru_cache(maxsize=1024)
def _by_length(words: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stop words of one word, and those of several."""
    folded = _folded(words)
    several = frozenset(word for word in folded if " " in word)
    return folded - several, several
