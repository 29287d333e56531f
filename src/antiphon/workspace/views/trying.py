"""How forms are taken: the verb in a savepoint; what it refuses is a value, so that the page can show it beside the field."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404

from antiphon.kit.db import account
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace.access import Visit

Done = TypeVar("Done")


def tried(visit: Visit, act: Callable[[], Done]) -> Done | Problem:
    """Return what the verb returns, or why it refused. Raises Http404 when the thing itself is not in this account."""
    try:
        with account(visit.account_id):
            return act()
    except Problem as problem:
        if isinstance(problem, Missing) and not problem.field:
            raise Http404 from None
        return problem
