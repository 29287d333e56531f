"""What can be wrong with a request for a change: typed, with a code for programs and a sentence for people that says what to do."""


class Problem(Exception):  # noqa: N818 - reads as what it becomes: a problem document, or a line beside the field
    """A change that is not made. `code` is stable, `message` says what to do, `field` names the input that caused it."""

    status = 400

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


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
        super().__init__("stale", f"This was changed meanwhile and is now version {version}: read it again, then repeat the change.")
        self.version = version


class NotAllowed(Problem):
    """The role does not allow it."""

    status = 403
