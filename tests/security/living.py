"""A tenant with one of everything that can be stored, every text of it marked by a word that nobody else uses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.db import connections
from django.test import Client

from antiphon.accounts import invitations
from antiphon.accounts.models import User
from antiphon.events.relay import number
from antiphon.exports import verbs as exports
from antiphon.intake.models import Arrival
from antiphon.kit.db import account, rows
from antiphon.metrics import saved
from antiphon.metrics.folding import fold
from antiphon.search.indexing import index
from antiphon.tasks import files
from antiphon.tasks.work import take_up
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, Tenant

SEQUENCES = (
    "select schemaname || '.' || sequencename as name, coalesce(last_value, 0) as last from pg_sequences where schemaname = 'public'"
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Numbers:
    """The phone numbers that a tenant's story is about."""

    replied: str
    silent: str
    stopped: str


@dataclass
class Living:
    """A tenant whose story was told; `things` are one of each by the name that addresses give it."""

    tenant: Tenant
    word: str
    numbers: Numbers
    things: dict[str, Any]

    @property
    def caller(self) -> Caller:
        """Return a caller of the API with an administrator's key."""
        return Caller(self.tenant.key())

    @property
    def deliver(self) -> Deliver:
        """Return the way in of its provider."""
        return Deliver(self.tenant)

    def visitor(self, role: str = "administrator") -> Client:
        """Return somebody of this role, signed in."""
        person = next(one for one in self.tenant.people.values() if one.role == role)
        client = Client()
        client.force_login(User.objects.get(id=person.user_id), backend=BACKEND)
        return client


def live(tenant: Tenant, word: str, numbers: Numbers) -> Living:
    """Tell the story of a tenant: configuration, broadcast, replies, answers, a close with a goal, an opt-out, what failed."""
    made = _configured(tenant, word)
    made |= _talked(tenant, word, numbers)
    made |= _left_over(tenant, word)
    with account(tenant.id) as db:
        number(db, tenant.id)
        fold(db, tenant.id)
        index(db, tenant.id, [one.id for one in rows(db, f"select id from conversation where account_id = {tenant.id}")])
    return Living(tenant, word, numbers, made | {"event": made["event_id"], "export_id": made["task_id"]})


def _configured(tenant: Tenant, word: str) -> dict[str, Any]:
    call, at = Caller(tenant.key()), tenant.clock()
    campaign = tenant.campaign(f"{word} campaign", entry_points=(f"{word}-broadcast", tenant.number), note=f"{word} note")
    person = next(iter(tenant.people.values()))
    canned = {"shortcut": word[:12], "name": f"{word} canned", "text": f"{word} canned text"}
    hook = call.post("webhooks", {"name": f"{word} hook", "url": f"https://{word}.example/hooks"})
    invited = call.post("invitations", {"email": f"fay@{word}.example", "name": f"{word} Fay", "role": "agent"})
    source = tenant.source.id
    call.post(f"sources/{source}/ignored-campaigns", {"external_campaign": f"{word}-parcels"})
    call.post(f"sources/{source}/test-texts", {"to": "+31612345678", "text": f"{word} trial"}, status=202)
    report = saved.save(
        tenant.id, name=f"{word} report", query="metric=sent", is_shared=True, keeper=saved.Keeper(None, "api_key:1"), at=at
    )
    return {
        "campaign_id": campaign.id,
        "engagement_id": tenant.engagements[f"{word} campaign"].id,
        "entry_point_id": tenant.entry_point(f"{word}-broadcast").id,
        "source_id": source,
        "kind": "webhook_key",
        "skill_id": tenant.skill(f"{word} skill").id,
        "person_id": person.id,
        "canned_answer_id": call.post("canned-answers", canned)["id"],
        "webhook_id": hook["id"],
        "event_id": call.post(f"webhooks/{hook['id']}/test")["event"],
        "invitation_id": invited["id"],
        "key_id": call.get("api-keys")["items"][0]["id"],
        "report_id": report.pk,
        "metric": "sent",
        "what": "replies",
    }


def _talked(tenant: Tenant, word: str, numbers: Numbers) -> dict[str, Any]:
    deliver, call, agent = Deliver(tenant), Caller(tenant.key()), next(iter(tenant.people.values())).id
    for phone in (numbers.replied, numbers.silent, numbers.stopped):
        deliver.notice(phone, f"{word}-broadcast", at=tenant.clock(), text=f"{word} broadcast text")
    deliver.report(numbers.silent, f"{word}-reference", code=1, at=tenant.clock.forward(minutes=1))
    deliver.reply(numbers.replied, f"{word} first reply", at=tenant.clock.forward(minutes=1), **{"from": _named(numbers.replied, word)})
    first = call.get("conversations")["items"][0]["id"]
    call.put(f"people/{agent}/presence", {"state": "online"})
    call.put(f"conversations/{first}/assignment", {"agent": agent})
    call.post(f"conversations/{first}/answers", {"text": f"{word} answer", "agent": agent})
    call.put(f"conversations/{first}/link", {"engagement": None, "reason": f"{word} reason", "agent": agent})
    outcome = {"goal_reached": True, "value": 12.5, "currency": "EUR"}
    call.post(f"conversations/{first}/closure", {"agent": agent, "outcome": outcome})
    deliver.reply(numbers.replied, f"{word} second reply", at=tenant.clock.forward(minutes=30), campaign=f"{word}-other")
    deliver.reply(numbers.stopped, "STOP", at=tenant.clock.forward(minutes=1))
    second = next(one["id"] for one in call.get("conversations")["items"] if one["id"] != first)
    call.post("conversions", {"id": f"{word}-order", "conversation": second, "kind": "sale", "value": 99, "currency": "EUR"})
    consumer = call.post("consumers/searches", {"phone": numbers.replied}, status=200)
    return {"conversation_id": first, "consumer_id": consumer["id"], "phone": numbers.replied.replace("+", "%2B")}


def _named(phone: str, word: str) -> dict[str, str]:
    return {"number": phone.replace("+", "00"), "name": f"{word} consumer"}


def _left_over(tenant: Tenant, word: str) -> dict[str, Any]:
    """Leave what nobody could understand, an export, and an invitation that was revoked."""
    deliver = Deliver(tenant)
    deliver(deliver.reply_post("", "", at=tenant.clock(), message=f"{word} no message"))
    with account(tenant.id):
        arrival = Arrival.objects.filter(account_id=tenant.id, state="quarantined").latest("received_at")
    tenant.clock.forward(days=2)
    day = tenant.clock().astimezone(UTC).date() - timedelta(days=2)
    task = exports.ask(tenant.id, names=["replies", "notices"], since=day, until=day, actor=ACTOR, at=tenant.clock())
    work = take_up(tenant.id, task.pk, at=tenant.clock())
    assert work
    (files.made(tenant.id, task.pk) / "facts.csv").write_text(f"{word} file\n")
    assert work.finish({"files": 1, "rows": 1, "file": "facts.csv", "size": 10})
    gone = invitations.invite(tenant.id, email=f"gus@{word}.example", name=f"{word} Gus", role="agent", actor=ACTOR, at=tenant.clock())
    invitations.revoke(tenant.id, gone.invitation.pk, actor=ACTOR, at=tenant.clock())
    return {"arrival_id": arrival.id, "task_id": task.pk}


@contextmanager
def numbered_from(first: int) -> Iterator[None]:
    """Have every row that is made meanwhile get a number that nothing else has: `first` and above."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(SEQUENCES)
        before = cursor.fetchall()
        _number(cursor, [(name, first) for name, _ in before])
        yield
        _number(cursor, before)


def _number(cursor: Any, at: Sequence[tuple[str, int]]) -> None:
    for name, last in at:
        cursor.execute("select setval(%s::regclass, %s)", [name, max(last, 1)])
