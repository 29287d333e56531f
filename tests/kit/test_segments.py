"""How many SMS a text takes, and which characters make it costly."""

import pytest

from antiphon.kit.segments import costly, measure


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gladly, until 7 April: €89", []),
        ("It\u2019s “nice” \u2013 really…", ["\u2019", "“", "”", "\u2013", "…"]),
        ("👍 👍", ["👍"]),
        ("", []),
    ],
)
def test_the_characters_outside_the_alphabet_are_named_once_each(text: str, found: list[str]) -> None:
    assert costly(text) == found
    assert (measure(text)[1] % 70 == 0 or measure(text)[1] % 67 == 0) == bool(found)
