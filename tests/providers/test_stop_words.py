import pytest

from antiphon.providers.stop_words import BY_LANGUAGE, DEFAULT, is_stop, mentions_stop


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        " STOP \n",
        "Stop!",
        "S.T.O.P.",
        "«STOP»",
        "stop 🛑",
        "STOP",
        "Stop\u200b",
        "opt-out",
        "Opt  out",
        "AFMELDEN",
        "Arrêt",
        "arre\u0302t",
        "DÉSABONNER!",
    ],
)
def test_the_whole_message_is_a_stop_word(text: str) -> None:
    assert is_stop(text, DEFAULT)


@pytest.mark.parametrize("text", ["", "...", "🛑", "stop sending me this", "don't stop", "non-stop", "stopp", "yes", "1", "s t o p"])
def test_anything_else_is_a_reply(text: str) -> None:
    assert not is_stop(text, DEFAULT)


def test_inside_a_sentence_it_is_only_a_hint() -> None:
    assert mentions_stop("Please STOP, I have had enough", DEFAULT)
    assert mentions_stop("let me opt out of this", DEFAULT)
    assert not mentions_stop("I stopped by your garage", DEFAULT)
    assert not is_stop("Please STOP, I have had enough", DEFAULT)


def test_a_flood_of_characters_is_no_stop_word() -> None:
    assert is_stop("stop" + "!" * 90, DEFAULT)
    assert not is_stop("stop" + "!" * 500_000, DEFAULT)
    assert mentions_stop("stop " + "\ufdfa" * 500_000, DEFAULT)


def test_lists_are_per_language_and_settable() -> None:
    assert is_stop("afmelden", BY_LANGUAGE["nl"])
    assert not is_stop("afmelden", BY_LANGUAGE["en"])
    assert is_stop("basta!", frozenset({"Basta"}))
    assert not is_stop("stop", frozenset())
    assert not is_stop("!", frozenset({"!"}))
