"""What is past its time goes, in small batches or by whole months; counters stay, and a recount covers what is held."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from antiphon.accounts.models import AuditEntry, IdempotentResponse
from antiphon.consumers.models import Consumer, OptOut
from antiphon.conversations import verbs as conversations
from antiphon.conversations.models import Conversation, Step
from antiphon.edge.doors import connect
from antiphon.events.models import Event
from antiphon.events.relay import number
from antiphon.intake.models import Arrival, DeliveryReport, Notice, Reply
from antiphon.kit.db import account, lane_account
from antiphon.kit.problems import Invalid
from antiphon.metrics.recount import differences, held_since, repair
from antiphon.privacy import forgetting
from antiphon.privacy.erasing import erase
from antiphon.privacy.forgetting import FIRST, chosen, drop_months, forget, forget_bare_consumers, longest
from antiphon.privacy.kinds import KINDS
from antiphon.privacy.retention import keep_for, retention
from antiphon.tasks.verbs import begin, find
from antiphon.worker import tasks
from tests.kit.clock import Clock
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant, World, build
from tests.line.seeing import at, counted

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])
HELD = (Arrival, Notice, Reply, Conversation, Step, Event, DeliveryReport, OptOut, Consumer)


@pytest.fixture
def committed(transactional_db: Any, clock: Clock) -> World:  # noqa: ARG001 - flushed afterwards
    """Build North and South for real: the worker's connections are its own."""
    return build(clock)


def live(tenant: Tenant) -> None:
    """Let Cleo be sent something and write in January, Mia write in March; Otto opts out in January."""
    tenant.campaign(frame=("2026-01-01", None))
    deliver = Deliver(tenant)
    for phone, month in ((CLEO, 1), (MIA, 3)):
        deliver.notice(phone, at=at(10, month=month))
        deliver.report(phone, f"r-{month}", at=at(10, 12, 30, month=month))
        deliver.reply(phone, at=at(10, 13, month=month))
    deliver.opt_out(OTTO, at=at(11, month=1))
    with account(tenant.id) as db:
        for month, talk in zip((1, 3), Conversation.objects.filter(account_id=tenant.id).order_by("started_at"), strict=True):
            conversations.close(db, tenant.id, talk.id, actor="membership:1", at=at(11, month=month))
        number(db, tenant.id)


@contextmanager
def doors() -> Iterator[tuple[Any, Any]]:
    with connect("default") as app, connect("jobs") as jobs:
        yield app, jobs


def forgotten(tenant: Tenant, *, now: datetime, pause: Any = lambda: True) -> int:
    """Forget what the tenant does not keep, as the worker does, and then consumers of whom nothing is left."""
    with doors() as (app, jobs):
        everybody = chosen(jobs)
        gone = forget(app, jobs, tenant.id, everybody[tenant.id], most=longest(everybody), at=now, pause=pause)
        assert forget_bare_consumers(app, tenant.id, after=FIRST, at=now) is not None
    return gone


def held(tenant: Tenant) -> dict[str, int]:
    with account(tenant.id):
        return {model.__name__: model.objects.filter(account_id=tenant.id).count() for model in HELD}


def counters(tenant: Tenant) -> dict[str, int]:
    with account(tenant.id):
        return counted(tenant)


def keep(tenant: Tenant, days: int | None, *kinds: str) -> None:
    keep_for(tenant.id, dict.fromkeys(kinds, days), actor="command", at=at(11, month=3))


def test_each_kind_goes_after_its_time_and_counters_stay(committed: World) -> None:
    north, south = committed.north, committed.south
    for tenant in (north, south):
        live(tenant)
    keep(south, None, "arrivals", "notices", "conversations", "events", "audit")
    before, counts = held(north), counters(north)
    assert before == {"Arrival": 7, "Notice": 2, "Reply": 2, "Conversation": 2, "Step": 2, "Event": before["Event"], "DeliveryReport": 2,
                      "OptOut": 1, "Consumer": 3}  # fmt: skip
    keep(north, 60, "arrivals", "notices", "conversations", "events")
    assert forgotten(north, now=at(20, month=3)) > 0
    left = held(north)
    assert left == {"Arrival": 3, "Notice": 1, "Reply": 1, "Conversation": 1, "Step": before["Step"] // 2, "Event": left["Event"],
                    "DeliveryReport": 1, "OptOut": 1, "Consumer": 2}  # fmt: skip
    assert 0 < left["Event"] < before["Event"]
    assert counters(north) == counts
    with account(north.id) as db:
        assert differences(db, north.id) == []
        assert repair(db, north.id) == []
        assert held_since(db, north.id)["conversations"] == at(20, month=3) - timedelta(days=60)
        assert OptOut.objects.get(account_id=north.id).text == ""
    assert held(south) == before
    with account(south.id) as db:
        assert (differences(db, south.id), held_since(db, south.id)) == ([], {})
    assert forgotten(north, now=at(20, month=3)) == 0


def test_pages_of_what_is_left_still_open(committed: World) -> None:
    """A conversation whose notice is gone shows what is left, with its reasons."""
    from django.test import Client  # noqa: PLC0415 - the only test of pages here

    north = committed.north
    live(north)
    keep(committed.south, None, "notices")
    keep(north, 60, "notices")
    with account(north.id):
        talk = Conversation.objects.filter(account_id=north.id).earliest("started_at")
    assert forgotten(north, now=at(20, month=3)) > 0
    client = Client()
    client.force_login(north.people["Ana"].user)
    for path in (f"/conversations/{talk.id}/", f"/conversations/{talk.id}/why/", f"/consumers/{talk.consumer_id}/", "/settings/retention/"):
        assert client.get(path).status_code == 200, path


def test_the_wrong_counter_of_what_is_held_is_still_found(committed: World) -> None:
    north = committed.north
    live(north)
    keep(committed.south, None, "notices")
    keep(north, 60, "notices")
    forgotten(north, now=at(20, month=3))
    with account(north.id) as db:
        db.execute("update notice set state = 'failed'")
        assert [line.split()[1] for line in differences(db, north.id)] == ["delivered", "failed"]


def test_batches_are_small_and_stop_when_the_worker_ends(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    north = committed.north
    deliver = Deliver(north)
    deliver(*[deliver.reply_post(f"+3160000{number:04}", at=at(10, month=1), text="x") for number in range(7)], together=True)
    keep(committed.south, None, "arrivals")
    keep(north, 7, "arrivals")
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    paused: list[int] = []

    def pause() -> bool:
        paused.append(held(north)["Arrival"])
        return len(paused) < 2

    assert forgotten(north, now=at(20, month=1), pause=pause) == 6
    assert paused == [4, 1]
    assert (forgotten(north, now=at(20, month=1)), held(north)["Arrival"]) == (1, 0)


def test_what_waits_stays(committed: World) -> None:
    north = committed.north
    live(north)
    with account(north.id):
        Arrival.objects.filter(account_id=north.id).update(state="pending")
        Conversation.objects.filter(account_id=north.id).update(state="queued", closed_at=None)
        Event.objects.filter(account_id=north.id).update(position=None)
    before = held(north)
    keep(committed.south, None, "arrivals", "conversations", "events", "notices")
    keep(north, 60, "arrivals", "conversations", "events")
    forgotten(north, now=at(20, month=6))
    after = held(north)
    assert {name: after[name] for name in ("Arrival", "Conversation", "Event")} == {
        name: before[name] for name in ("Arrival", "Conversation", "Event")
    }


def test_the_rest_goes_too(committed: World) -> None:
    """Responses after a day, erasures after forty days, the trail after its time; an erasure that an opt-out needs stays."""
    north = committed.north
    live(north)
    with account(north.id):
        IdempotentResponse.objects.create(
            account_id=north.id, key_id=1, idempotency_key="k", fingerprint=b"", status=200, body="", created_at=at(1)
        )
        consumers = {one.phone: one.id for one in Consumer.objects.filter(account_id=north.id)}
        for phone in (CLEO, OTTO):
            erase(north.id, consumers[phone], actor="command", at=at(12, month=3))
        from antiphon.consumers.models import Erasure  # noqa: PLC0415 - only here

        Erasure.objects.filter(account_id=north.id).update(swept_at=at(12, month=3))
    forgotten(north, now=at(20, month=5))
    with account(north.id):
        assert IdempotentResponse.objects.count() == 0
        assert [one.consumer_id for one in Erasure.objects.filter(account_id=north.id)] == [consumers[OTTO]]
        trail = AuditEntry.objects.filter(account_id=north.id).count()
    keep(north, 30, "audit")
    forgotten(north, now=at(20, month=5))
    with account(north.id):
        assert (AuditEntry.objects.filter(account_id=north.id).count(), trail > 5) == (0, True)


def test_a_month_that_nobody_keeps_goes_whole_while_others_write(committed: World) -> None:
    north = committed.north
    with connect("owner") as owner:
        owner.execute("select ensure_partitions('2019-01-01', '2019-03-01')")
    Deliver(north).reply(CLEO, at=datetime(2019, 1, 15, tzinfo=at(1).tzinfo))
    assert held(north)["Arrival"] == 1
    writing, told = threading.Event(), threading.Event()

    def write() -> None:
        with connect("default") as db, lane_account(db, north.id):
            Deliver(north).store(db, Deliver(north).reply_post(MIA, "now", at=at(10)), sources=sources)
            writing.set()
            assert told.wait(30)

    sources = Deliver(north).sources()
    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(30)
    dropping = threading.Thread(target=_dropped, args=(datetime(2019, 4, 20, tzinfo=at(1).tzinfo),))
    dropping.start()
    Deliver(north).reply(OTTO, at=at(11))  # while the month goes and somebody's transaction is open
    told.set()
    for thread in (writer, dropping):
        thread.join(60)
        assert not thread.is_alive()
    with account(north.id):
        assert set(Arrival.objects.filter(account_id=north.id).values_list("received_at", flat=True)) == {at(10), at(11)}
    with connect("owner") as owner:
        left = owner.execute("select relname from pg_class where relname ~ '_2019_0[123]$' and relkind = 'r' order by 1").fetchall()
    assert [name for (name,) in left] == [
        "arrival_2019_03", "event_2019_01", "event_2019_02", "event_2019_03", "notice_2019_01", "notice_2019_02", "notice_2019_03",
    ]  # fmt: skip
    assert {one.kind: one.kept_from for one in retention(committed.south.id)}["arrivals"] == datetime(2019, 3, 1, tzinfo=at(1).tzinfo)
    _dropped(datetime(2019, 4, 20, tzinfo=at(1).tzinfo), kept=None)
    with connect("owner") as owner:
        owner.execute("drop table " + ", ".join(name for (name,) in left))


def _dropped(now: datetime, *, kept: int | None = 40) -> None:
    most = dict.fromkeys(KINDS) | {"arrivals": kept}
    with connect("owner") as owner, connect("jobs") as jobs:
        names = drop_months(owner, jobs, most, at=now)
    assert names == (["arrival_2019_01", "arrival_2019_02"] if kept else [])


def test_what_is_chosen_is_checked(committed: World) -> None:
    north = committed.north
    assert {one.kind: one.days for one in retention(north.id)} == {kind: kept.default for kind, kept in KINDS.items()}
    assert {one.kind: one.days for one in keep_for(north.id, {"notices": "", "events": "100"}, actor="command", at=at(1))}["events"] == 100
    for kind, days, code in (("notices", 59, "out_of_range"), ("files", None, "not_for_ever"), ("pictures", 7, "unknown_kind"),
                             ("arrivals", "soon", "out_of_range")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            keep_for(north.id, {kind: days}, actor="command", at=at(1))
        assert refused.value.code == code
    with account(north.id):
        changed = AuditEntry.objects.get(account_id=north.id, action="retention.changed").detail
        assert changed == {"changed": {"notices": [750, None], "events": [90, 100]}}


def test_files_are_kept_for_as_long_as_the_account_says(committed: World) -> None:
    north = committed.north
    keep(north, 2, "files")
    begun = begin(north.id, "made_for_this", actor="command", at=at(1))
    tasks.run(north.id, begun.pk, tries=0, most=1, runners={"made_for_this": lambda _work: {"file": "a.csv", "size": 1}})
    task = find(north.id, begun.pk)
    assert (task.state, task.expires_at) == ("done", committed.clock() + timedelta(days=2))
