"""What a crowd of consumers writes over some minutes: pure, and the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CONSUMERS = 500
LONGEST_SECONDS = 3600
_FIRST_WORDS = {
    "en": ("Yes please", "YES", "yes, tuesday?", "Can you call me after 5?", "How much is it for a van?", "Not this year, thanks", "ok"),
    "nl": ("Ja graag", "JA", "ja, dinsdag kan", "Kunt u mij bellen na vijven?", "Wat kost het voor een bus?", "Nee dank u, dit jaar niet"),
    "de": ("Ja bitte", "Gern, am Dienstag?", "Können Sie mich zurückrufen?", "Was kostet das für einen Kombi?", "Nein danke"),
    "fr": ("Oui merci", "Oui, mardi c'est possible ?", "Vous pouvez m'appeler ?", "C'est combien pour un utilitaire ?", "Non merci"),
    "pl": ("Tak, poproszę", "Tak, we wtorek?", "Proszę o telefon", "Nie, dziękuję"),
    "tr": ("Evet lütfen", "Salı günü olur mu?", "Beni arar mısınız?"),  # noqa: RUF001 - a Turkish letter
    "ar": ("نعم من فضلك", "هل يوم الثلاثاء متاح؟"),
}
_SECOND_THOUGHTS = {
    "en": ("Sorry, I meant wednesday", "And can I wait there?", "Never mind, found it", "Hello?"),
    "nl": ("Sorry, ik bedoel woensdag", "En kan ik erop wachten?", "Laat maar, gevonden", "Hallo?"),
    "de": ("Entschuldigung, ich meine Mittwoch", "Kann ich warten?", "Hallo?"),
    "fr": ("Pardon, je voulais dire mercredi", "Je peux attendre sur place ?", "Allô ?"),
    "pl": ("Przepraszam, w środę", "Halo?"),
    "tr": ("Pardon, çarşamba demek istedim", "Alo?"),
    "ar": ("عفوا، أقصد الأربعاء",),
}
_STOPS = ("STOP", "stop", "Stop!", "STOP please", "afmelden")  # the fourth only mentions it
_SIGNS = ("👍", "👍👍", "😀 yes!", "🚗❓", "❤️")
_LONG = (
    "Hi, we have two cars with you, the grey one that was in last month for the brakes and the small red one of my daughter, who moved "
    "to Utrecht and only comes here on fridays. Could you do both on the same day, and would you have a car for us to borrow meanwhile?"
)
# How often each is written first, in a hundred: what is left are words.
_OFTEN = (("stop", 6), ("signs", 8), ("empty", 3), ("long", 4))
_THINKS_TWICE, _THINKS_THRICE = 0.25, 0.08
_LANGUAGES = (("en", 30), ("nl", 40), ("de", 10), ("fr", 10), ("pl", 5), ("tr", 3), ("ar", 2))
_HASTE_SECONDS = (4.0, 45.0)


@dataclass(frozen=True, slots=True)
class Said:
    """One text: how many seconds after the beginning, by which number, in which words."""

    at_seconds: float
    number: str
    words: str


def script(numbers: Sequence[str], *, seconds: float, seed: int) -> list[Said]:
    """Return what these consumers write within so many seconds, in order of time.

    Most write early and a few late; a quarter think twice and write again within a minute, whoever said stop does not.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret: the same seed plays the same
    return sorted(
        (said for number in numbers for said in _of_one(number, seconds=seconds, chance=chance)),
        key=lambda one: (one.at_seconds, one.number),
    )


def _of_one(number: str, *, seconds: float, chance: random.Random) -> list[Said]:
    language = _drawn(_LANGUAGES, chance)
    kind = _drawn((*_OFTEN, ("words", 100 - sum(often for _, often in _OFTEN))), chance)
    at = seconds * chance.betavariate(1.2, 2.5)
    said = [Said(at, number, _first(kind, language, chance))]
    thoughts = 0 if kind == "stop" else (chance.random() < _THINKS_TWICE) + (chance.random() < _THINKS_THRICE)
    for _ in range(thoughts):
        at += chance.uniform(*_HASTE_SECONDS)
        said.append(Said(at, number, chance.choice(_SECOND_THOUGHTS[language])))
    return [one for one in said if one.at_seconds <= seconds]


def _first(kind: str, language: str, chance: random.Random) -> str:
    words = {"stop": _STOPS, "signs": _SIGNS, "empty": ("",), "long": (_LONG,)}.get(kind, _FIRST_WORDS[language])
    return chance.choice(words)


def _drawn(often: Sequence[tuple[str, int]], chance: random.Random) -> str:
    return chance.choices([name for name, _ in often], weights=[weight for _, weight in often])[0]
