"""What set-up commands share: finding what a name means, and saying a problem in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from antiphon.cli.errors import FailedError
from antiphon.kit.problems import Problem

if TYPE_CHECKING:
    from antiphon.accounts.models import Account

ACTOR = "command"


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn a problem into the command's failure."""
    try:
        yield
    except Problem as problem:
        raise FailedError(problem.message) from None


def account_named(name: str) -> "Account":
    """Return the account of that name, or the one whose number it is. Raises FailedError, which names those there are."""
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = Account.objects.filter(name=name).first()
    if found is None and name.isdecimal():
        found = Account.objects.filter(id=int(name[:18])).first()
    if found is None:
        names = ", ".join(Account.objects.order_by("name").values_list("name", flat=True)[:20])
        raise FailedError(
            f"there is no account {name!r}; " + (f"there are: {names}" if names else "make one with: antiphon account create NAME")
        )
    return found
