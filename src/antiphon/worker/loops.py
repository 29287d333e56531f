"""Loops: what the worker does again and again. A row of the table is a loop; rows of one thread take turns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from antiphon.config.env import current
from antiphon.conversations.closing import LEAVING, close_idle, close_left
from antiphon.conversations.sending import NotSentYet
from antiphon.edge.drain import drain
from antiphon.edge.sources import load, settings_by_id
from antiphon.edge.spool import left_behind
from antiphon.events import relay
from antiphon.intake.mapping import map_late
from antiphon.intake.replay import retry_next
from antiphon.kit.db import account, lane_account
from antiphon.kit.failpoints import reach
from antiphon.metrics.folding import AT_ONCE, fold
from antiphon.routing import verbs as routing
from antiphon.routing.presence import GRACE, fall_silent
from antiphon.routing.returning import long_away, return_one
from antiphon.search.indexing import accounts_behind, index_next
from antiphon.tasks import files
from antiphon.webhooks.delivering import KEPT, Courier, forget
from antiphon.worker import across
from antiphon.worker.forgetting import forget_the_past
from antiphon.worker.jobs import send_stored_answer
from antiphon.worker.running import Desk, Worker
from antiphon.worker.tasks import FILES_KEPT

_ANSWERS_STUCK = timedelta(minutes=3)
_ANSWERS_HOPELESS = timedelta(minutes=15)
_REPORTS_WAIT = timedelta(days=7)
_PARTITIONS_AHEAD = timedelta(days=70)
_KEYS_KEPT = timedelta(days=40)
_KEYS_AT_ONCE = 5000
_RETRIES_AT_ONCE = 500
_DELIVERIES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop: its turn comes every so often, or sooner when its channel is notified; `rest_seconds` make a burst of those one turn."""

    name: str
    thread: str
    every_seconds: float
    turn: Callable[[Desk], None]
    wakes_on: str = ""
    rest_seconds: float = 0.0


def retry_pending(desk: Desk) -> None:
    """Take arrivals that the line failed on down it again, one by one."""
    for account_id in across.accounts_with_pending_arrivals(desk.jobs, at=desk.now()):
        sources = settings_by_id(load(desk.jobs, accounts=[account_id]))
        for _ in range(_RETRIES_AT_ONCE):
            if desk.is_ending or not retry_next(desk.app, account_id, sources=sources, at=desk.now()):
                break


def drain_left_behind(desk: Desk) -> None:
    """Drain the spools of web workers that are dead."""
    for segment in left_behind(desk.spool):
        try:
            sources = settings_by_id(load(desk.jobs))
            if drain(desk.app, segment, sources=sources, clock=desk.now):
                segment.path.unlink(missing_ok=True)
        finally:
            segment.close()


def number_events(desk: Desk) -> None:
    """Give committed events their positions, so that readers see them."""
    for account_id in relay.waiting(desk.jobs):
        with lane_account(desk.app, account_id) as db:
            relay.number(db, account_id)
            reach("events.numbered")


def fold_counters(desk: Desk) -> None:
    """Add what was counted since to the counters, so that readers have few moves to read."""
    for account_id in across.accounts_with_moves(desk.jobs):
        folded = AT_ONCE
        while folded == AT_ONCE and not desk.is_ending:
            with lane_account(desk.app, account_id) as db:
                folded = fold(db, account_id)
                reach("counters.folded")


def index_conversations(desk: Desk) -> None:
    """Have conversations found by what was said and what became of them."""
    for account_id in accounts_behind(desk.jobs):
        is_more = True
        while is_more and not desk.is_ending:
            with lane_account(desk.app, account_id) as db:
                is_more = index_next(db, account_id)


def route_queues(desk: Desk) -> None:
    """Give queued conversations to the agents who are there and have the room, until nobody waits beside one."""
    for account_id in across.accounts_with_somebody_waiting(desk.jobs):
        given = True
        while given and not desk.is_ending:
            with lane_account(desk.app, account_id) as db:
                given = routing.route(db, account_id, at=desk.now()) > 0
                reach("queue.routed")


def set_the_silent_away(desk: Desk) -> None:
    """Set away whoever is online and has not been heard for a minute."""
    for account_id in across.accounts_with_silent_agents(desk.jobs, before=desk.now() - GRACE):
        with account(account_id) as db:
            fall_silent(db, account_id, at=desk.now())


def return_what_is_left_alone(desk: Desk) -> None:
    """Put back into their queue conversations that wait for an agent who stays away for longer than their skill allows."""
    for account_id in across.accounts_left_alone(desk.jobs, at=desk.now()):
        with account(account_id) as db:
            waiting = long_away(db, account_id, at=desk.now())
        for conversation_id in waiting:
            with account(account_id) as db:
                return_one(db, account_id, conversation_id, at=desk.now())


@cache
def _courier() -> Courier:
    """Return the one of this process: its calls go on between turns."""
    return Courier(own=current().webhook_networks)


def deliver_webhooks(desk: Desk) -> None:
    """Put new events in line for webhooks, call what is due, write down how calls ended."""
    _courier().turn(desk.jobs, desk.app, at=desk.now())


def forget_deliveries(desk: Desk) -> None:
    """Keep the log of webhooks for a month."""
    while forget(desk.jobs, before=desk.now() - KEPT, at_most=_DELIVERIES_AT_ONCE) and not desk.is_ending:
        pass


def close_those_who_left(desk: Desk) -> None:
    """Close conversations whose consumer opted out ten minutes ago."""
    for account_id, conversation_id in across.conversations_left(desk.jobs, before=desk.now() - LEAVING):
        with account(account_id) as db:
            close_left(db, account_id, conversation_id, at=desk.now())


def close_the_idle(desk: Desk) -> None:
    """Close conversations that have been the consumer's turn for longer than their skill allows."""
    for account_id, conversation_id in across.conversations_idle(desk.jobs, at=desk.now()):
        with account(account_id) as db:
            close_idle(db, account_id, conversation_id, at=desk.now())


def send_stuck_answers(desk: Desk) -> None:
    """Send answers whose job was lost; the sending itself knows whether a call may have left before."""
    hopeless = set(across.answers_stuck(desk.jobs, before=desk.now() - _ANSWERS_HOPELESS))
    for stuck in across.answers_stuck(desk.jobs, before=desk.now() - _ANSWERS_STUCK):
        with suppress(NotSentYet):
            send_stored_answer(*stuck, is_last_try=stuck in hopeless)


def map_what_came_early(desk: Desk) -> None:
    """Count notices and replies stored beside the publishing of what claims them."""
    for account_id in across.accounts_with_unmapped_facts(desk.jobs):
        map_late(account_id, door=account)


def give_up_on_reports(desk: Desk) -> None:
    """Let delivery reports wait a week, no longer."""
    across.give_up_on_reports(desk.jobs, before=desk.now() - _REPORTS_WAIT)


def make_partitions(desk: Desk) -> None:
    """Have next month's partitions long before next month."""
    across.make_partitions(desk.jobs, at=desk.now(), ahead=_PARTITIONS_AHEAD)


def delete_expired_files(desk: Desk) -> None:
    """Delete files of long work whose time is over, of this host; on several hosts the folder is shared."""
    at = desk.now()
    for account_id, task_id in across.tasks_expired(desk.jobs, at=at, stopped_before=at - FILES_KEPT):
        files.delete(account_id, task_id)
        across.tell_deleted(desk.jobs, account_id, task_id)


def delete_old_keys(desk: Desk) -> None:
    """Keep dedupe keys for 40 days: a provider repeats for a month."""
    for _ in across.delete_old_keys(desk.jobs, before=desk.now() - _KEYS_KEPT, at_most=_KEYS_AT_ONCE):
        if desk.is_ending:
            return


LOOPS: tuple[Loop, ...] = (
    Loop("retry pending arrivals", "line", 1, retry_pending),
    Loop("drain spools left behind", "line", 2, drain_left_behind),
    # The events of one batch at a time cost the database 48 microseconds a reply, of many batches 20 (2026-11-22).
    Loop("number events", "relay", 1, number_events, wakes_on="antiphon_written", rest_seconds=0.03),
    Loop("fold counters", "counters", 2, fold_counters),
    Loop("index conversations", "search", 1, index_conversations),
    Loop("route queues", "routing", 1, route_queues, wakes_on="antiphon_written", rest_seconds=0.1),
    Loop("set the silent away", "routing", 5, set_the_silent_away),
    Loop("return what is left alone", "routing", 5, return_what_is_left_alone),
    Loop("deliver webhooks", "webhooks", 0.5, deliver_webhooks),
    Loop("close conversations whose consumer left", "desk", 5, close_those_who_left),
    Loop("close idle conversations", "desk", 60, close_the_idle),
    Loop("send answers whose job was lost", "desk", 60, send_stuck_answers),
    Loop("map what came early", "house", 60, map_what_came_early),
    Loop("give up on delivery reports", "house", 600, give_up_on_reports),
    Loop("make partitions ahead", "house", 3600, make_partitions),
    Loop("delete expired files", "house", 600, delete_expired_files),
    Loop("forget old deliveries", "house", 600, forget_deliveries),
    Loop("delete old dedupe keys", "house", 600, delete_old_keys),
    Loop("forget what is past its time", "retention", 600, forget_the_past),
)


@contextmanager
def running(*, spool: Path | None = None) -> Iterator[Worker]:
    """Run every loop, beside whatever the block does; they end with it, each after its turn."""
    worker = Worker(LOOPS, spool=spool or current().home / "spool")
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        _courier().stop()
