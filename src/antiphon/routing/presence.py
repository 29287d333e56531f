"""Presence: who is there to take conversations. People say it of themselves; a page that falls silent says it for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from antiphon.accounts.audit import audit
from antiphon.accounts.models import Membership
from antiphon.events.verbs import touch, wake_relay
from antiphon.kit.db import Database, account, rows, sql
from antiphon.kit.problems import Invalid, Missing
from antiphon.routing.models import Presence
from antiphon.routing.verbs import ROLES

GRACE = timedelta(seconds=60)
"""How long nothing may be heard of somebody who is online before they are away."""

TOPIC = "agents"
"""What pages listen to that show who is there."""

_HERE = "antiphon.routing"


def topic_of(person_id: int) -> str:
    """Return what pages listen to that show one person's presence."""
    return f"agent:{person_id}"


def set_presence(account_id: int, person_id: int, *, state: str, actor: str, at: datetime) -> None:
    """Say that a person is `online`, `away` or `offline`. Said again, it counts as a sign of life. Raises Invalid, Missing."""
    if state not in Presence.State.values:
        raise Invalid("unknown_state", "Presence is one of {listed}.", field="state", listed=", ".join(Presence.State.values))
    with account(account_id) as db:
        _check_may_take(account_id, person_id)
        _set(db, account_id, person_id, state=state, actor=actor, at=at)


def leave(account_id: int, person_id: int, *, at: datetime) -> None:
    """Say that a person signed out: offline, if they ever said that they were there."""
    with account(account_id) as db:
        if Presence.objects.filter(account_id=account_id, membership_id=person_id).exists():
            _set(db, account_id, person_id, state=Presence.State.OFFLINE, actor=f"membership:{person_id}", at=at)


def seen(db: Database, account_id: int, members: Iterable[int], *, at: datetime) -> None:
    """Note that pages of these people are there, in the transaction of `db`; whom silence had set away is online again."""
    back = rows(db, sql(_HERE, "seen"), {"account": account_id, "members": sorted(set(members)), "at": at})
    _tell(db, account_id, [row.membership_id for row in back])


def fall_silent(db: Database, account_id: int, *, at: datetime) -> int:
    """Set away everybody who is online and silent for longer than the grace; return how many. Their conversations stay theirs."""
    gone = rows(db, sql(_HERE, "fall_silent"), {"account": account_id, "before": at - GRACE, "at": at})
    _tell(db, account_id, [row.membership_id for row in gone])
    return len(gone)


def _set(db: Database, account_id: int, person_id: int, *, state: str, actor: str, at: datetime) -> None:
    asked = {"account": account_id, "member": person_id, "state": state, "actor": actor, "at": at}
    before = next((row.state for row in rows(db, sql(_HERE, "set_presence"), asked)), Presence.State.OFFLINE)
    if before == state:
        return
    _tell(db, account_id, [person_id])
    if actor != f"membership:{person_id}":
        detail = {"before": str(before), "state": str(state)}
        audit(account_id, actor=actor, action="presence.set", subject=f"membership:{person_id}", at=at, detail=detail)


def _check_may_take(account_id: int, person_id: int) -> None:
    if not Membership.objects.filter(account_id=account_id, id=person_id, is_active=True, role__in=ROLES).exists():
        raise Missing("not_found", "There is no agent {person_id} in this account.", field="agent", person_id=person_id)


def _tell(db: Database, account_id: int, people: Iterable[int]) -> None:
    """Have the pages that show these people look again, and the router, at commit."""
    changed = list(people)
    for topic in (TOPIC, *(topic_of(person) for person in changed)) if changed else ():
        touch(db, account_id, topic)
    if changed:
        wake_relay(db, account_id)
