"""Uploads beside whatever else the database does: being busy is no line's fault."""

from collections.abc import Callable

import msgspec
import pytest

from antiphon.intake.models import Notice
from antiphon.intake.upload import BUSY, upload
from antiphon.kit.db import Database, account, run
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.line.seeing import at

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_busy_database_refuses_no_line_and_the_same_upload_is_taken_later(
    north: Tenant, deliver: Deliver, connect: Callable[[], Database]
) -> None:
    sent = {"source": north.source.id, "sender": "+319700004410", "sent_at": at(24, 10)}
    lines = [msgspec.json.encode(sent | {"phone": phone}) for phone in (CLEO, MIA, OTTO)]
    sources, other = deliver.sources(), connect()
    with other.transaction():
        run(other, "lock table consumer in exclusive mode")
        with account(north.id) as db:
            run(db, "set local lock_timeout = '50ms'")
            with pytest.raises(BUSY):
                upload(north.id, lines, sources=sources, at=at(24, 11))
    taken = upload(north.id, lines, sources=sources, at=at(24, 11))
    assert (taken.stored, taken.failed) == (3, 0)
    with account(north.id):
        assert Notice.objects.count() == 3
