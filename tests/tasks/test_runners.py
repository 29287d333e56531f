"""The product's own long work, on a real account: what it does, that repeating it does nothing, and that a kill loses nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.conversations.models import Conversation, Step
from antiphon.events.models import Event
from antiphon.intake.models import Notice
from antiphon.kit.db import account
from antiphon.metrics.recount import differences
from antiphon.tasks import files, verbs
from antiphon.tasks.models import Task
from antiphon.tasks.work import Stopped, Work, take_up
from antiphon.worker import runners, tasks
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant

pytestmark = pytest.mark.django_db
ACTOR = "membership:1"


def done(tenant: Tenant, task: Task) -> Task:
    tasks.run(tenant.id, task.pk, tries=0, most=6)
    return verbs.find(tenant.id, task.pk)


def right(tenant: Tenant) -> bool:
    with account(tenant.id) as db:
        return differences(db, tenant.id) == []


def unlinked(north: Tenant, *phones: str) -> None:
    """Have people answer a broadcast that nothing claims yet."""
    deliver = Deliver(north)
    for phone in phones:
        deliver.notice(phone, "C7", at=north.clock())
        deliver.reply(phone, at=north.clock.forward(minutes=1))


def asked_to_relink(north: Tenant, **scope: int) -> Task:
    return verbs.begin(north.id, "relink", subject="campaign:1", arguments=scope, actor=ACTOR, at=north.clock())


def test_relinking_links_what_the_rule_would_link_now(north: Tenant) -> None:
    unlinked(north, CLEO, MIA)
    campaign = north.campaign(entry_points=("C7",), skill="sales")
    relinked = done(north, asked_to_relink(north, campaign=campaign.id))
    assert (relinked.state, relinked.result, relinked.done, relinked.total) == ("done", {"relinked": 2, "left": 0}, 2, 2)
    with account(north.id):
        for talk in Conversation.objects.filter(account_id=north.id):
            assert (talk.verdict, talk.is_linked_by_person, talk.campaign_id) == ("set_by_person", True, campaign.id)
            assert (talk.entry_point_id, talk.note) == (north.entry_point("C7").id, "Book in Planner under SPRING26.")
            assert talk.skill_id == north.skills["sales"].id  # it waited in the queue, so skill and due time followed
        events = Event.objects.filter(account_id=north.id, type="conversation.relinked")
        assert {(one.content["by"], one.content["actor"], one.content["before"]["verdict"]) for one in events} == {
            ("person", ACTOR, "no_entry_point")
        }
        assert Step.objects.filter(account_id=north.id, kind="linked", actor=ACTOR).count() == 2
        audited = AuditEntry.objects.get(account_id=north.id, action="conversations.relinked")
        assert (audited.subject, len(audited.detail["conversations"])) == ("campaign:1", 2)
    assert right(north)


def test_relinking_again_finds_nothing(north: Tenant) -> None:
    unlinked(north, CLEO)
    campaign = north.campaign(entry_points=("C7",))
    assert done(north, asked_to_relink(north, campaign=campaign.id)).result == {"relinked": 1, "left": 0}
    assert done(north, asked_to_relink(north, campaign=campaign.id)).result == {"relinked": 0, "left": 0}
    with account(north.id):
        assert Event.objects.filter(account_id=north.id, type="conversation.relinked").count() == 1


def test_relinking_leaves_alone_what_is_not_of_its_scope(north: Tenant) -> None:
    unlinked(north, CLEO)
    campaign = north.campaign(entry_points=("C7",))
    other = north.entry_point("C8")
    assert done(north, asked_to_relink(north, entry_point=other.id)).result == {"relinked": 0, "left": 0}
    assert done(north, asked_to_relink(north, campaign=campaign.id + 1)).result == {"relinked": 0, "left": 0}
    assert done(north, asked_to_relink(north, entry_point=north.entry_point("C7").id)).result == {"relinked": 1, "left": 0}


def test_a_conversation_linked_by_hand_meanwhile_stays_so(north: Tenant) -> None:
    unlinked(north, CLEO, MIA)
    campaign = north.campaign(entry_points=("C7",))
    with account(north.id):
        Conversation.objects.filter(consumer__phone=CLEO).update(is_linked_by_person=True)
    assert done(north, asked_to_relink(north, campaign=campaign.id)).result == {"relinked": 1, "left": 0}
    with account(north.id):
        assert Conversation.objects.get(consumer__phone=CLEO).campaign_id is None


def test_a_relink_killed_half_way_goes_on_and_counts_each_once(north: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    unlinked(north, CLEO, MIA, OTTO)
    campaign = north.campaign(entry_points=("C7",))
    monkeypatch.setattr(runners, "_RELINKED_AT_ONCE", 1)
    task = asked_to_relink(north, campaign=campaign.id)
    killed = take_up(north.id, task.pk, at=north.clock())
    assert killed
    with pytest.raises(KeyboardInterrupt):
        runners.relink_conversations(_dying(killed, after=3))
    assert verbs.find(north.id, task.pk).result == {"relinked": 1}
    assert done(north, task).result == {"relinked": 3, "left": 0}
    with account(north.id):
        assert Event.objects.filter(account_id=north.id, type="conversation.relinked").count() == 3
    assert right(north)


def test_a_worker_that_lost_a_relink_stores_nothing_more(north: Tenant) -> None:
    unlinked(north, CLEO)
    campaign = north.campaign(entry_points=("C7",))
    task = asked_to_relink(north, campaign=campaign.id)
    frozen = take_up(north.id, task.pk, at=north.clock())
    assert frozen
    verbs.cancel(north.id, task.pk, at=north.clock())
    with pytest.raises(Stopped):
        runners.relink_conversations(frozen)
    with account(north.id):
        assert Conversation.objects.get().campaign_id is None


def _dying(work: Work, *, after: int) -> Work:
    """Return work whose worker is killed at its n-th word, inside the transaction of a batch."""
    told = 0

    class Dying(Work):
        def tell(self, done: int, total: int | None = None, **kept: Any) -> None:
            nonlocal told
            told += 1
            if told == after:
                raise KeyboardInterrupt
            Work.tell(self, done, total, **kept)

    return Dying(work.account_id, work.task_id, work.kind, work.subject, work.actor, work.arguments, work.kept, work.attempt)


def test_much_late_mapping_is_a_task_little_is_not(north: Tenant) -> None:
    unlinked(north, CLEO, MIA)
    campaign = north.campaign(entry_points=("C7",))
    runners.map_or_begin(north.id, large=5)
    assert verbs.recent(north.id) == []
    with account(north.id):
        Notice.objects.update(counted_campaign_id=None, counted_engagement_id=None)
    runners.map_or_begin(north.id, large=2)
    (task,) = verbs.recent(north.id)
    assert (task.kind, task.state) == ("late_mapping", "waiting")
    with account(north.id):
        assert set(Notice.objects.values_list("counted_campaign_id", flat=True)) == {None}
    mapped = done(north, task)
    assert (mapped.state, mapped.result, mapped.total) == ("done", {"mapped": 2}, 2)
    with account(north.id):
        assert set(Notice.objects.values_list("counted_campaign_id", flat=True)) == {campaign.id}


def uploaded(north: Tenant, text: str, *, name: str = "notices") -> Task:
    task = verbs.begin(
        north.id,
        "upload_notices",
        subject=f"source:{north.source.id}",
        arguments={"source": north.source.id, "file": name, "lines": text.count("\n")},
        actor=ACTOR,
        at=north.clock(),
        once=False,
    )
    path = files.made(north.id, task.pk) / name
    path.write_bytes(text.encode())
    return task


def notices(north: Tenant) -> list[tuple[str, str, str, str]]:
    with account(north.id):
        found = Notice.objects.select_related("consumer").order_by("consumer__phone")
        return [(one.consumer.phone, one.sender, one.text, one.external_campaign) for one in found]


def test_a_table_of_notices_is_taken_line_by_line(north: Tenant) -> None:
    table = (
        "\ufeffPhone;sent_at;text;external_campaign\r\n"
        f'\'{CLEO};2026-03-24 10:00;"Time for your check-up;\r\nreally";C1\r\n'
        "nobody;2026-03-24 10:00;Hello;C1\r\n"
        f"{MIA};24 March;Hello;C1\r\n"
        f"{MIA};2026-03-24T09:00:00Z;Hello;C1;too much\r\n"
        "\r\n"
        f"{OTTO};;Hello;\r\n"
    )
    task = done(north, uploaded(north, table))
    assert task.result == {"received": 5, "stored": 2, "copies": 0, "failed": 3, "file": "errors.csv", "size": task.result["size"]}
    assert notices(north) == [(CLEO, north.number, "Time for your check-up;\r\nreally", "C1"), (OTTO, north.number, "Hello", "")]
    with account(north.id):
        assert Notice.objects.get(consumer__phone=CLEO).sent_at.isoformat() == "2026-03-24T09:00:00+00:00"
    path = files.file_of(north.id, task.pk, "errors.csv")
    assert path
    assert path.stat().st_size == task.result["size"]
    lines = path.read_text().splitlines()
    assert lines[0] == "line,message"
    assert [line.split(",")[0] for line in lines[1:]] == ["4", "5", "6"]
    assert files.file_of(north.id, task.pk, "notices") is None
    assert right(north)


def test_lines_of_json_are_taken_with_what_they_leave_out(north: Tenant, south: Tenant) -> None:
    said = [
        {"phone": CLEO, "text": "Hello", "external_campaign": "C1", "key": "1"},
        {"phone": MIA, "sender": "Garage", "source": north.source.id, "key": "2"},
        {"phone": OTTO, "source": south.source.id},
        [],
    ]
    text = "\n".join(json.dumps(one) for one in said) + "\nnot json\n" + "x" * 70_000 + "\n" + json.dumps({"phone": OTTO, "key": "3"})
    task = done(north, uploaded(north, text))
    assert {name: task.result[name] for name in ("received", "stored", "failed")} == {"received": 7, "stored": 3, "failed": 4}
    assert [(one[0], one[1]) for one in notices(north)] == [(CLEO, north.number), (MIA, "Garage"), (OTTO, north.number)]


def test_the_same_file_again_stores_nothing_twice(north: Tenant) -> None:
    table = f"phone,sent_at,text\n{CLEO},2026-03-24T09:00:00Z,Hello\n{MIA},2026-03-24T09:00:00Z,Hello\n"
    assert done(north, uploaded(north, table)).result == {"received": 2, "stored": 2, "copies": 0, "failed": 0}
    assert done(north, uploaded(north, table)).result == {"received": 2, "stored": 0, "copies": 2, "failed": 0}


def test_an_upload_killed_half_way_loses_no_line_and_counts_each_once(north: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "_LINES_AT_ONCE", 10)
    numbers = [f"+316{number:08}" for number in range(10_000_000, 10_000_045)]
    rows = [f"{number},Hello" if index % 5 else "nobody,Hello" for index, number in enumerate(numbers)]
    task = uploaded(north, "phone,text\n" + "\n".join(rows) + "\n")
    killed = take_up(north.id, task.pk, at=north.clock())
    assert killed
    with pytest.raises(KeyboardInterrupt):
        runners.upload_notices(_dying(killed, after=3))
    assert verbs.find(north.id, task.pk).done == 21
    north.clock.forward(hours=20)
    finished = done(north, task)
    assert {name: finished.result[name] for name in ("received", "stored", "copies", "failed")} == {
        "received": 45, "stored": 36, "copies": 0, "failed": 9,
    }  # fmt: skip
    path = files.file_of(north.id, task.pk, "errors.csv")
    assert path
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["line", *(str(2 + index) for index in range(0, 45, 5))]


def test_a_file_that_is_gone_is_said(north: Tenant) -> None:
    task = uploaded(north, "phone\n")
    Path(files.folder(north.id, task.pk) / "notices").unlink()
    assert done(north, task).error == "The file is not there any more: upload it again."
