"""`antiphon arrivals`: lists what is quarantined, and takes it again."""

import argparse
import json

import pytest

from antiphon.cli import arrivals
from antiphon.cli.errors import FailedError
from antiphon.intake.models import Reply
from antiphon.kit.db import account
from tests.edge.serving import reply
from tests.intake.taking import arrival, refusing, retry, take
from tests.kit.world import CLEO, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    arrivals.add_arguments(parser)
    return arrivals.run(parser.parse_args(words))


def test_what_is_quarantined_is_listed_with_its_reason_and_replayed(committed: World, capsys: pytest.CaptureFixture[str]) -> None:
    north = committed.north
    assert command("quarantine", "--account", "North") == 0
    assert "Nothing is in quarantine." in capsys.readouterr().out
    with refusing("reply", "true"):
        take(north, [arrival(north, "reply", reply(north, CLEO, "yes"))])
        for _ in range(40):
            retry(north)
            committed.clock.forward(minutes=2)
    take(north, [arrival(north, "reply", b"not json")])
    assert command("quarantine", "--account", "North", "--json") == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["reason"] for one in listed] == ["not JSON", "the line failed: RaiseException"]
    assert command("quarantine", "--account", "South", "--json") == 0
    assert capsys.readouterr().out == ""
    assert command("replay", "--account", "North", str(listed[1]["id"])) == 0
    with account(north.id):
        assert Reply.objects.get().text == "yes"
    assert command("replay", "--account", "North") == 1
    assert "1 in quarantine again" in capsys.readouterr().out


def test_a_wrong_name_or_id_fails_in_one_line(committed: World) -> None:  # noqa: ARG001 - accounts
    with pytest.raises(FailedError, match="no account 'Nowhere'"):
        command("quarantine", "--account", "Nowhere")
    with pytest.raises(FailedError, match="'7' is not the id"):
        command("replay", "--account", "North", "7")
