"""The loop that keeps the index: every account's, in batches, from where it stopped; two workers do not undo each other."""

from pathlib import Path

import pytest

from antiphon.kit.db import account
from antiphon.search import indexing
from antiphon.search.models import SearchEntry, SearchPosition
from antiphon.search.verbs import Sought, behind, find
from antiphon.worker import loops
from antiphon.worker.running import Desk
from tests.kit.world import CLEO, MIA, OTTO, World
from tests.pages.story import Story

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def test_every_account_is_indexed_in_batches_from_where_it_stopped(
    committed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    north, south = Story(committed.north), Story(committed.south)
    for phone in (CLEO, MIA):
        north.reply(phone, "Winter tyres please")
        south.reply(phone, "Nothing of the kind")
    desk = Desk(spool=tmp_path, now=committed.clock)
    try:
        loops.number_events(desk)
        loops.index_conversations(desk)
        assert indexing.accounts_behind(desk.jobs) == []
        north.reply(OTTO, "Summer tyres")
        loops.number_events(desk)
        assert indexing.accounts_behind(desk.jobs) == [committed.north.id]
        with account(committed.north.id) as db:
            before = SearchPosition.objects.get(account_id=committed.north.id).position
            assert behind(db, committed.north.id) == 0
            assert find(db, committed.north.id, Sought(text="tyres"), at=committed.clock()).count == 3  # the newest before it is indexed
        loops.index_conversations(desk)
    finally:
        desk.let_go()
    for tenant, entries, found in ((committed.north, 3, 3), (committed.south, 2, 0)):
        with account(tenant.id) as db:
            assert SearchEntry.objects.count() == entries
            assert find(db, tenant.id, Sought(text="tyres"), at=committed.clock()).count == found
            assert tenant is committed.south or SearchPosition.objects.get(account_id=tenant.id).position > before
