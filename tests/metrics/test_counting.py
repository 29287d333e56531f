"""Counters move with their facts: added, changed, relinked, and nothing else."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from antiphon.kit.db import account, lane_account
from antiphon.metrics.folding import AT_ONCE, fold
from antiphon.metrics.recount import broken_rules, counter_differences, differences
from antiphon.metrics.verbs import counting
from tests.metrics.facts import AT, change, counted, new_account, store_story, sums

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ONE_STORY = {
    "sent": (1, 0), "delivered": (1, 0), "replies": (2, 0), "time_to_reply": (1, 90), "opt_outs": (1, 0),
    "conversations_started": (1, 0), "handled": (1, 0), "time_to_first_answer": (1, 300), "interactive": (1, 0),
    "conversations_closed": (1, 0), "answers": (1, 0), "answers_overdue": (1, 0), "transfers": (1, 0), "goals": (1, 0),
    "goal_value": (1, 249.5), "time_in_queue": (1, 120), "duration": (1, 3600), "response_time": (1, 300),
}  # fmt: skip


def test_a_story_is_counted_once_under_its_campaign_and_agrees_with_a_recount() -> None:
    north = new_account()
    store_story(north)
    with account(north) as db:
        assert sums(db, north) == {(metric, 11): value for metric, value in ONE_STORY.items()}
        assert differences(db, north) == []


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_buckets_are_quarters_in_utc_whatever_the_session_thinks(zone: str) -> None:
    north = new_account()
    with account(north) as db:
        db.execute("select set_config('timezone', %s, true)", [zone])
        store_story(north)
        buckets = {int(row[0]) for row in db.execute("select extract(epoch from bucket) from counter_now where metric = 'sent'")}
        assert buckets == {int(AT.replace(minute=0).timestamp())}
        assert counter_differences(db, north) == []


def test_a_changed_fact_is_taken_out_and_put_in() -> None:
    north = new_account()
    story = store_story(north)
    with counted(north) as (db, tally):
        tally.changing("reply", [story.reply.id, story.second.id])
        change(db, "reply", story.reply.id, "is_first_reply = false")
        tally.changing("reply", [story.reply.id])
        change(db, "reply", story.second.id, "is_first_reply = true, seconds_to_reply = 5")
    with account(north) as db:
        assert sums(db, north)["time_to_reply", 11] == (1, 5)
        assert sums(db, north)["replies", 11] == (2, 0)
        assert counter_differences(db, north) == []


def test_a_change_that_nobody_takes_out_first_is_found_by_a_recount() -> None:
    north = new_account()
    story = store_story(north)
    with account(north) as db:
        change(db, "reply", story.reply.id, "counted_campaign_id = 12")
        assert {difference.metric for difference in counter_differences(db, north)} == {"replies", "time_to_reply"}


def test_a_relink_moves_the_conversation_its_answers_transfers_and_goals_and_nothing_else() -> None:
    north = new_account()
    story = store_story(north)
    with counted(north) as (db, tally):
        tally.relinking([story.conversation.id])
        change(db, "conversation", story.conversation.id, "campaign_id = 12, engagement_id = 120, entry_point_id = 1200")
    stays = {"sent", "delivered", "replies", "time_to_reply", "opt_outs"}
    with account(north) as db:
        assert sums(db, north) == {(metric, 11 if metric in stays else 12): value for metric, value in ONE_STORY.items()}
        assert counter_differences(db, north) == []


def test_facts_that_are_new_and_changed_in_one_transaction_are_counted_as_they_end() -> None:
    north = new_account()
    story = store_story(north)
    with counted(north) as (db, tally):
        tally.changing("conversation", [story.conversation.id])
        tally.added("conversation", [story.conversation.id])
        change(db, "conversation", story.conversation.id, "state = 'assigned', closed_by = '', closed_at = null")
    with account(north) as db:
        assert ("conversations_closed", 11) not in sums(db, north)
        assert counter_differences(db, north) == []


def _fail(north: int, identity: UUID) -> None:
    with counted(north) as (_, tally):
        tally.changing("notice", [identity])
        raise RuntimeError


def test_an_exception_counts_nothing_and_its_absence_does() -> None:
    north = new_account()
    story = store_story(north)
    with account(north) as db:
        before = sums(db, north)
    with pytest.raises(RuntimeError):
        _fail(north, story.notice.id)
    with account(north) as db:
        assert sums(db, north) == before
    with counted(north) as (db, tally):
        tally.changing("notice", [story.notice.id])
        change(db, "notice", story.notice.id, "is_counted = false")
    with account(north) as db:
        assert ("sent", 11) not in sums(db, north)


def test_accounts_are_counted_apart() -> None:
    north, south = new_account(), new_account("South")
    store_story(north)
    with account(south) as db:
        assert sums(db, south) == {}
        assert differences(db, south) == []


@pytest.mark.parametrize("seed", range(8))
def test_any_run_of_changes_agrees_with_a_recount(seed: int) -> None:
    chance = random.Random(seed)
    north = new_account()
    stories = [
        store_story(north, at=AT + timedelta(minutes=chance.randrange(60)), campaign=chance.choice([None, 11, 12])) for _ in range(4)
    ]
    for _ in range(6):
        story = chance.choice(stories)
        with counted(north) as (db, tally):
            kind, identity, assignment = chance.choice(
                [
                    ("notice", story.notice.id, f"state = '{chance.choice(['failed', 'read', 'unknown'])}'"),
                    ("notice", story.notice.id, f"counted_campaign_id = {chance.choice(['null', '12'])}"),
                    ("reply", story.reply.id, f"verdict = '{chance.choice(['out_of_frame', 'no_broadcast'])}'"),
                    ("reply", story.second.id, f"is_first_reply = {chance.choice(['true', 'false'])}"),
                    ("answer", story.answer.id, f"is_accepted = {chance.choice(['true', 'false'])}"),
                    ("conversion", story.conversion.id, "taken_back_at = now()"),
                    ("opt_out", story.opt_out.id, f"is_out = {chance.choice(['true', 'false'])}"),
                ]
            )
            tally.changing(kind, [identity])
            tally.relinking([story.conversation.id])
            change(db, kind, identity, assignment)
            change(
                db,
                "conversation",
                story.conversation.id,
                f"campaign_id = {chance.choice(['null', '11', '12'])}, goal_kind = 'conversation'",
            )
            started = AT + timedelta(minutes=chance.randrange(300))
            db.execute("update conversation set started_at = %s where id = %s", [started, story.conversation.id])
        if chance.random() < 0.5:
            with account(north) as db:
                fold(db, north)
    with account(north) as db:
        assert counter_differences(db, north) == []
        assert broken_rules(db, north) != []


def test_folding_moves_nothing_that_can_be_seen_and_leaves_no_moves() -> None:
    north, south = new_account(), new_account("South")
    store_story(south)
    for _ in range(3):
        store_story(north)
    with account(north) as db:
        before = sums(db, north)
        assert fold(db, north) == 3
        assert fold(db, north) == 0
        assert sums(db, north) == before
        assert db.execute("select count(*) from counter_move").fetchone() == (0,)
        assert counter_differences(db, north) == []
    with account(south) as db:
        assert fold(db, south) == 1


def test_no_more_rows_are_folded_at_once_than_allowed_and_none_is_forgotten() -> None:
    north = new_account()
    with counted(north) as (db, _):
        one = store_story(north)
        for _ in range(AT_ONCE + 1):
            with counting(db, north) as tally:
                tally.added("notice", [one.notice.id])
        assert [fold(db, north) for _ in range(3)] == [AT_ONCE, 2, 0]
        assert sums(db, north)["sent", 11] == (AT_ONCE + 2, 0)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_writers_at_once_and_someone_who_folds_count_everything_once() -> None:
    north = new_account()
    stories = [store_story(north, campaign=campaign) for campaign in (11, 12)]
    keys = connections["default"].get_connection_params()
    keys = {name: keys[name] for name in ("dbname", "user", "host", "port") if keys.get(name)}

    def work(turn: int) -> None:
        with psycopg.connect(**keys, autocommit=True) as db:
            for step in range(12):
                ordered = stories if (turn + step) % 2 else stories[::-1]
                with lane_account(db, north):
                    for story in ordered:
                        with counting(db, north) as tally:
                            tally.added("notice", [story.notice.id])
                if turn < 2:
                    with lane_account(db, north):
                        fold(db, north)
                    with lane_account(db, north):
                        assert sums(db, north)["sent", 11][0] >= step

    with ThreadPoolExecutor(4) as pool:
        for working in [pool.submit(work, turn) for turn in range(4)]:
            working.result(timeout=60)
    with account(north) as db:
        assert sums(db, north)["sent", 11] == sums(db, north)["sent", 12] == (49, 0)
