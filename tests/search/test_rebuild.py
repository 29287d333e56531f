"""Writing the index again: what was lost, wrong or left over comes right; another account's stays as it is."""

import argparse

import pytest

from antiphon.cli import reindex
from antiphon.cli.errors import FailedError
from antiphon.kit.db import account, run
from antiphon.kit.ids import uuid7
from antiphon.search import indexing, verbs
from antiphon.search.models import SearchEntry
from antiphon.search.verbs import Sought, find
from tests.kit.world import CLEO, MIA, OTTO, World
from tests.pages.story import Story

pytestmark = pytest.mark.django_db
STRAY = """
insert into search_entry (account_id, id, started_at, words)
values (%(account)s::bigint, %(id)s::uuid, %(at)s::timestamptz, 'tyre')
"""


def written(world: World, name: str) -> dict[str, str]:
    """Return the entries of a tenant, by conversation."""
    with account(getattr(world, name).id):
        return {str(pk): str(words) for pk, words in SearchEntry.objects.values_list("id", "words")}


def test_every_entry_is_as_it_should_be(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    monkeypatch.setattr(verbs, "FRESH", 0)
    north, south = Story(world.north), Story(world.south)
    talks = [north.reply(phone, "Winter tyres please") for phone in (CLEO, MIA, OTTO)]
    south.reply(CLEO, "Winter tyres too")
    assert list(indexing.rebuild(world.north.id)) == [(2, 2), (3, 3), (3, 3)]
    assert list(indexing.rebuild(world.south.id))[-1] == (1, 1)
    right, other = written(world, "north"), written(world, "south")
    assert (len(right), len(other)) == (3, 1)
    with account(world.north.id) as db:
        run(db, "delete from search_entry where id = %(id)s::uuid", {"id": talks[0]})
        run(db, "update search_entry set words = 'nonsense'::tsvector where id = %(id)s::uuid", {"id": talks[1]})
        left = {"account": world.north.id, "id": uuid7(north.now), "at": north.now}
        run(db, STRAY, left)
        assert find(db, world.north.id, Sought(text="tyres"), at=north.now).count == 1
    assert reindex.run(argparse.Namespace(account=world.north.account.name)) == 0
    assert capsys.readouterr().out == f"{world.north.account.name}: 3 conversations, 3 entries were written or deleted\n"
    assert (written(world, "north"), written(world, "south")) == (right, other)
    assert reindex.run(argparse.Namespace(account=None)) == 0
    assert capsys.readouterr().out.count(", 0 entries were written or deleted") == 2
    with account(world.north.id) as db:
        assert find(db, world.north.id, Sought(text="tyres"), at=north.now).count == 3


def test_an_account_that_is_not_there_is_said() -> None:
    with pytest.raises(FailedError, match="no account named Nobody"):
        reindex.run(argparse.Namespace(account="Nobody"))
