"""`antiphon explain` prints a decision so that it can be read, and refuses what is not there."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from antiphon.cli import explain
from antiphon.cli.errors import FailedError
from antiphon.conversations.models import Conversation
from antiphon.kit.db import account
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant


def run(*words: str) -> int:
    parser = ArgumentParser()
    explain.add_arguments(parser)
    return explain.run(parser.parse_args(words))


@pytest.mark.django_db
def test_it_prints_the_verdict_the_notices_and_the_candidates(north: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    north.campaign("Spring check-up", entry_points=["C1"])
    deliver = Deliver(north)
    deliver.notice(CLEO, at=datetime(2026, 3, 24, 11, tzinfo=UTC))
    deliver.reply(CLEO, at=datetime(2026, 3, 24, 12, tzinfo=UTC))
    with account(north.id):
        conversation = Conversation.objects.get(account_id=north.id)
    assert run(str(conversation.id), "--account", "North") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Linked by campaign ID\n")
    assert "2026-03-24 12:00:00  C1  from" in printed
    assert "Spring check-up of Spring check-up, version" in printed
    assert "Decided 2026-03-24 13:00:00 by rule 1: linked_by_campaign_id." in printed
    assert CLEO not in printed


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", [("not-an-id", "--account", "North"), (str(uuid4()), "--account", "North"), (str(uuid4()), "--account", "Nobody")]
)
@pytest.mark.usefixtures("north")
def test_what_is_not_there_is_one_line(words: tuple[str, ...]) -> None:
    with pytest.raises(FailedError):
        run(*words)
