"""What people are told can be told in another language, values and all."""

import pytest

from antiphon.kit import problems
from antiphon.kit.problems import Conflict, Invalid, Stale, said

DUTCH = {"There is a skill {skill} already.": "Er is al een vaardigheid {skill}.", "Choose one.": "Kies er een."}


@pytest.fixture
def dutch() -> object:
    """Tell everything in Dutch, as far as it is known."""
    before = problems._translate[0]  # noqa: SLF001 - put back afterwards
    problems.speak(lambda text: DUTCH.get(text, text))
    yield
    problems.speak(before)


def test_a_problem_is_told_in_the_language_of_whoever_is_served(dutch: object) -> None:  # noqa: ARG001 - a setting
    assert Conflict("skill_exists", "There is a skill {skill} already.", field="name", skill="{x} Care").message == (
        "Er is al een vaardigheid {x} Care."
    )
    assert str(Invalid("choose", "Choose one.")) == "Kies er een."
    assert said("Nobody has the skill {skill}.", skill="Care") == "Nobody has the skill Care."


def test_without_values_braces_are_nothing_special() -> None:
    assert Invalid("odd", "Write {name} or %(name)s.").message == "Write {name} or %(name)s."
    assert Stale(4).message.startswith("This was changed meanwhile and is now version 4")


def test_the_site_tells_problems_through_its_translations() -> None:
    from django.utils.translation import gettext  # noqa: PLC0415 - after Django's set-up

    assert problems._translate[0] is gettext  # noqa: SLF001 - who set it is what is asked
