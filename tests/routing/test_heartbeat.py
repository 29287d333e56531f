"""An open page is a sign of life: whoever has one stays online, and comes back when silence had set them away."""

import time
from datetime import timedelta

import pytest

from antiphon.accounts.models import Account, Membership, User
from antiphon.edge.live import ticket
from antiphon.kit.clock import now
from antiphon.kit.db import account
from antiphon.routing.models import Presence
from antiphon.routing.presence import TOPIC, set_presence, topic_of
from tests.events.test_live import Site, listening, site  # noqa: F401 - a fixture is found by being here

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def person(account_id: int, name: str) -> int:
    user = User.objects.create_user(f"{name}@north.example")
    return Membership.objects.create(account_id=account_id, user=user, name=name, role="agent").pk


def make(account_id: int, member: int, *, state: str, by: str) -> None:
    long_ago = now() - timedelta(hours=1)
    with account(account_id):
        Presence.objects.create(account_id=account_id, membership_id=member, state=state, set_by=by, since=long_ago, seen_at=long_ago)


def look(account_id: int, member: int) -> tuple[str, bool]:
    """Return somebody's presence, and whether they were heard just now."""
    with account(account_id):
        found = Presence.objects.get(membership_id=member)
        return found.state, found.seen_at is not None and found.seen_at > now() - timedelta(minutes=1)


def wait_for(account_id: int, member: int, expected: tuple[str, bool]) -> None:
    for _ in range(600):
        if look(account_id, member) == expected:
            return
        time.sleep(0.05)
    raise AssertionError(look(account_id, member))


def test_an_open_page_is_heard_and_brings_back_whom_silence_set_away(site: Site) -> None:  # noqa: F811 - the fixture
    north = Account.objects.create(name="North").pk
    ada, ben, cas = (person(north, name) for name in ("ada", "ben", "cas"))
    make(north, ada, state="away", by="system")
    make(north, ben, state="away", by=f"membership:{ben}")
    make(north, cas, state="online", by=f"membership:{cas}")
    with listening(site, ticket(north, cas, [TOPIC, topic_of(ada)], 0)) as reader:
        wait_for(north, cas, ("online", True))
        with listening(site, ticket(north, ada, [], 0)), listening(site, ticket(north, ben, [], 0)):
            wait_for(north, ada, ("online", True))
            wait_for(north, ben, ("away", True))
        told = reader.change()
        assert told["types"] == ["touched"]
        assert set(told["topics"]) <= {TOPIC, topic_of(ada)}


def test_pages_hear_of_presence_without_an_event(site: Site) -> None:  # noqa: F811 - the fixture
    north, south = (Account.objects.create(name=name).pk for name in ("North", "South"))
    ada, zed = (
        person(north, "ada"),
        Membership.objects.create(account_id=south, user=User.objects.create_user("z@s.example"), role="agent").pk,
    )
    with listening(site, ticket(north, ada, [TOPIC], 0)) as reader:
        set_presence(south, zed, state="online", actor="command", at=now())
        set_presence(north, ada, state="online", actor="command", at=now())
        assert reader.change()["subjects"] == [TOPIC]
