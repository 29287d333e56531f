"""Late mapping beside the line: what changed while it waited for the consumer is looked at again."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from antiphon.campaigns.verbs import set_state
from antiphon.intake.mapping import map_late
from antiphon.intake.models import Reply
from antiphon.kit.db import Database, account, lane_account, rows
from antiphon.metrics.recount import differences
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at, counted

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def mapped_elsewhere(tenant: Tenant) -> int:
    try:
        return map_late(tenant.id, door=account)
    finally:
        connections.close_all()


_WAITING = "select pid from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()"


def wait_for_a_lock(db: Database) -> None:
    """Wait until some connection to this test's database waits for another's transaction."""
    end = time.monotonic() + 20
    while not rows(db, _WAITING):
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def test_a_reply_that_gained_its_notice_meanwhile_is_left_to_it(north: Tenant, deliver: Deliver, connect: Callable[[], Database]) -> None:
    campaign = north.campaign(state="draft")
    deliver.reply(CLEO, "yes", at=at(24, 10), campaign="C1")
    lane, sources = connect(), deliver.sources()
    with ThreadPoolExecutor(1) as pool:
        with lane_account(lane, north.id):
            deliver.store(lane, deliver.notice_post(CLEO, "C1", at=at(24, 10, 1)), sources=sources)
            set_state(north.id, campaign.id, "published", actor="command", at=at(24, 10, 2))
            mapping = pool.submit(mapped_elsewhere, north)
            wait_for_a_lock(connect())
        assert mapping.result(timeout=30) == 0
    with account(north.id) as db:
        assert Reply.objects.get().notice_id is not None
        assert differences(db, north.id) == []
    assert map_late(north.id, door=account) == 2
    with account(north.id):
        assert counted(north, campaign_id=campaign.id) == {"sent": 1, "replies": 1, "time_to_reply": 1}
