"""What can be wrong with a request for a change: typed, with a code for programs and a sentence for people that says what to do."""

from collections.abc import Callable

_translate: list[Callable[[str], str]] = [str]


def speak(translate: Callable[[str], str]) -> None:
    """Have every sentence said through this from now on: what decides and knows no framework raises problems too."""
    _translate[0] = translate


def said(text: str, /, **values: object) -> str:
    """Return a sentence in the language of whoever is served; `text` is what translators see, with values by name, as `{name}`."""
    translated = _translate[0](text)
    return translated.format(**values) if values else translated


class Problem(Exception):  # noqa: N818 - reads as what it becomes: a problem document, or a line beside the field
    """A change that is not made. `code` is stable, `message` says what to do, `field` names the input that caused it.

    `text` is what translators see: the values stand in it by name, as `{name}`.
    """

    status = 400

    def __init__(self, code: str, text: str, *, field: str = "", **values: object) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.field = field
        self.values = values

    @property
    def message(self) -> str:
        """Return the sentence, in the language of whoever is served."""
        return said(self.text, **self.values)

    def __str__(self) -> str:
        return self.message


class Invalid(Problem):
    """The input cannot be taken as it is."""

    status = 422


class Conflict(Problem):
    """The input is fine, but what is stored does not allow it now."""

    status = 409


class Missing(Problem):
    """There is no such thing in this account."""

    status = 404


class Stale(Problem):
    """Somebody changed it since it was read."""

    status = 412

    def __init__(self, version: int) -> None:
        super().__init__(
            "stale", "This was changed meanwhile and is now version {version}: read it again, then repeat the change.", version=version
        )
        self.version = version


class TooMany(Problem):
    """It was done as often as is allowed for now; the value `seconds` says when there is room again."""

    status = 429

    @property
    def seconds(self) -> int:
        """Return in how many seconds there is room again."""
        return int(str(self.values["seconds"]))


class NotAllowed(Problem):
    """The role does not allow it."""

    status = 403
