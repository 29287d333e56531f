"""The loop that forgets what is past its time: whole months first, then each account's own, a small batch at a time."""

from uuid import UUID

from antiphon.edge.doors import connect
from antiphon.privacy.forgetting import FIRST, chosen, drop_months, forget, forget_bare_consumers, longest
from antiphon.worker.running import Desk

_REST_SECONDS = 0.2
_PAGES = 20
_MONTH_SECONDS = 300
_walked: dict[int, UUID] = {}


def forget_the_past(desk: Desk) -> None:
    """Forget what no account, and then what each account, does not keep any more; whoever brings something new comes first."""
    everybody = chosen(desk.jobs)
    most = longest(everybody)
    with connect("owner", statement_seconds=_MONTH_SECONDS) as owner:
        drop_months(owner, desk.jobs, most, at=desk.now())
    for account_id, days in everybody.items():
        if desk.is_ending:
            return
        forget(desk.app, desk.jobs, account_id, days, most=most, at=desk.now(), pause=lambda: _rested(desk))
        _walk(desk, account_id)


def _walk(desk: Desk, account_id: int) -> None:
    """Look through some pages of consumers for those of whom nothing is left; the next turn goes on where this one ends."""
    for _ in range(_PAGES):
        after = forget_bare_consumers(desk.app, account_id, after=_walked.get(account_id, FIRST), at=desk.now())
        _walked[account_id] = after or FIRST
        if after is None or not _rested(desk):
            return


def _rested(desk: Desk) -> bool:
    """Let others have the database for a moment; tell whether to go on."""
    desk.rest(_REST_SECONDS)
    return not desk.is_ending
