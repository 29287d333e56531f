"""A recount finds what is wrong and sets counters right; where nothing is wrong it says nothing."""

import argparse
from collections.abc import Callable

import pytest

from antiphon.cli import recount as command
from antiphon.cli.errors import FailedError
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.db import account, run, sql
from antiphon.metrics.folding import fold
from antiphon.metrics.recount import CHECKS, broken_rules, counter_differences, differences, repair
from tests.metrics.facts import AT, Story, change, new_account, store_story, sums

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_a_counter_that_keeps_too_much_is_named_and_set_right() -> None:
    north = new_account()
    store_story(north)
    with account(north) as db:
        right = sums(db, north)
        assert repair(db, north) == []
        fold(db, north)
        run(db, "update counter set value = value + 4 where metric = 'sent'")
        (found,) = counter_differences(db, north)
        assert str(found) == (
            "counter sent at 2026-11-03 10:00 [campaign_type=outbound campaign_id=11 engagement_id=110 entry_point_id=1100 source_id=3 "
            "skill_id=5 language=nl]: counted 5, stored facts say 1"
        )
        assert repair(db, north) == [found]
        assert sums(db, north) == right
        assert differences(db, north) == []


def test_counters_that_are_lost_come_back_and_ones_of_nothing_go() -> None:
    north = new_account()
    store_story(north)
    with account(north) as db:
        right = sums(db, north)
        fold(db, north)
        run(db, "update counter set campaign_id = 99 where metric = 'replies'")
        run(db, "delete from counter where metric in ('sent', 'goal_value')")
        assert {difference.metric for difference in repair(db, north)} == {"replies", "sent", "goal_value"}
        assert sums(db, north) == right


def test_durations_compare_to_the_microsecond() -> None:
    north = new_account()
    for seconds in (0.1, 3600.123457, 2_591_999.999999, 1 / 3):
        store_story(north, seconds=seconds)
    with account(north) as db:
        assert [line for line in differences(db, north) if line.startswith("counter")] == []
        fold(db, north)
        run(db, "update counter set total = total + 0.000001 where metric = 'time_to_reply' and total > 3000 and total < 4000")
        assert [difference.metric for difference in counter_differences(db, north)] == ["time_to_reply"]


def _told_twice(story: Story, north: int) -> None:
    with account(north) as db:
        record(db, north, [NewEvent(Kind.CONVERSATION_STARTED, f"conversation:{story.conversation.id}", AT, {}, AT)])


def _reply_told_twice(story: Story, north: int) -> None:
    with account(north) as db:
        subject = f"conversation:{story.conversation.id}"
        record(db, north, [NewEvent(Kind.REPLY_RECEIVED, subject, AT, {"reply": str(story.second.id)}, AT)])


def _changed(table: str, member: str, assignment: str) -> Callable[[Story, int], None]:
    def plant(story: Story, north: int) -> None:
        with account(north) as db:
            change(db, table, getattr(story, member).id, assignment)

    return plant


def _undecided(story: Story, north: int) -> None:
    with account(north) as db:
        run(db, "update decision set superseded_at = now() where reply_id = %(id)s", {"id": story.second.id})


PLANTED = [
    ("check_first_replies", _changed("reply", "second", "is_first_reply = true"), "is marked as first"),
    ("check_first_replies", _changed("reply", "reply", "is_first_reply = false"), "is first to its broadcast and is not marked"),
    ("check_decisions", _changed("reply", "reply", "verdict = 'out_of_frame'"), "says out_of_frame"),
    ("check_decisions", _changed("reply", "second", "notice_id = null"), "notices differ"),
    ("check_decisions", _undecided, "has 0 decisions in force"),
    ("check_counted_replies", _changed("notice", "notice", "counted_skill_id = 6"), "is counted under something else"),
    ("check_counted_replies", _changed("notice", "notice", "sent_at = sent_at - interval '1 s'"), "has a time to reply that differs"),
    ("check_counted_replies", _changed("reply", "reply", "notice_id = gen_random_uuid()"), "names a notice that is not stored"),
    ("check_strays", _changed("reply", "second", "conversation_id = gen_random_uuid()"), "is in no conversation"),
    ("check_openings", _changed("reply", "reply", "replied_at = replied_at + interval '1 hour'"), "opens with another reply"),
    ("check_openings", _changed("reply", "reply", "received_at = received_at - interval '1 s'"), "starts at another instant"),
    ("check_openings", _changed("reply", "second", "consumer_id = gen_random_uuid()"), "another consumer or source"),
    ("check_links", _changed("conversation", "conversation", "engagement_id = 120"), "with engagement 120, its opening reply"),
    ("check_handled", _changed("answer", "answer", "is_accepted = false"), "was first answered at another instant"),
    ("check_told", _told_twice, "was told of 2 times when it started"),
    ("check_told_replies", _reply_told_twice, "was told of 2 times"),
]


@pytest.mark.parametrize(("check", "plant", "says"), PLANTED)
def test_a_broken_rule_is_named(check: str, plant: Callable[[Story, int], None], says: str) -> None:
    north = new_account()
    story = store_story(north)
    with account(north) as db:
        assert broken_rules(db, north) == []
        plant(story, north)
        assert any(says in row[1] for row in db.execute(sql("antiphon.metrics", check).encode(), {"account_id": north}))
        assert any(says in line for line in broken_rules(db, north))


def test_every_check_has_a_planted_fault() -> None:
    assert {check for check, *_ in PLANTED} == set(CHECKS)


def test_a_link_by_hand_is_not_compared_with_the_rule() -> None:
    north = new_account()
    story = store_story(north)
    with account(north) as db:
        change(db, "conversation", story.conversation.id, "engagement_id = 120, verdict = 'set_by_person', is_linked_by_person = true")
        assert broken_rules(db, north) == []


def _command(*, check: bool, name: str | None = None) -> int:
    return command.run(argparse.Namespace(check=check, account=name))


def test_the_command_checks_repairs_and_says_so_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    north, south = new_account(), new_account("South")
    store_story(north)
    store_story(south)
    assert _command(check=True) == 0
    with account(south) as db:
        fold(db, south)
        run(db, "update counter set value = 7 where metric = 'sent'")
    assert _command(check=True, name="North") == 0
    capsys.readouterr()
    assert _command(check=True) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("South: counter sent at 2026-11-03 10:00")
    assert said[1:] == ["1 differences"]
    assert _command(check=False) == 0
    assert "South: set right: counter sent" in capsys.readouterr().out
    assert _command(check=True) == 0
    with pytest.raises(FailedError, match="Nowhere"):
        _command(check=True, name="Nowhere")
