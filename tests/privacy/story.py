"""A consumer of whom something stands in every place that can hold it, and what is looked for afterwards, everywhere."""

import re
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore

from antiphon.accounts.models import IdempotentResponse
from antiphon.consumers.models import Consumer
from antiphon.intake.models import Arrival
from antiphon.kit.db import Database, account, rows
from antiphon.kit.ids import uuid7
from antiphon.privacy.sessions import KEPT
from antiphon.providers.models import TestText
from antiphon.tasks import files
from antiphon.tasks.verbs import begin
from antiphon.tasks.work import take_up
from antiphon.webhooks.models import Attempt
from tests.conversations.desk import Desk
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at

SPELT = ("+31611111111", "0031611111111", "06-11 11 11 11", "31 (0)6 11111111", "0611111111")
CANARY = "Quetzalcoatl"
"""A word that is part of every text to, of and about Cleo."""
_NUMBER = re.compile(r"6[ .()/+-]*(?:1[ .()/+-]*){7}1")


def live(north: Tenant, desk: Desk, deliver: Deliver, *, phone: str = CLEO) -> None:
    """Let a consumer be sent, write, be answered, be linked by hand, opt out, be looked for, and be spoken of."""
    north.campaign()
    deliver.notice(phone, at=at(24), text=f"Dear {CANARY}, time for your check-up")
    deliver.reply(phone, f"Yes, {CANARY}", at=at(24, 12, 30))
    deliver.reply(phone, f"Yes, {CANARY}", at=at(24, 12, 35), replied_at=at(24, 12, 30))  # a copy
    deliver(deliver.picture_post(phone, at=at(24, 12, 40), url=f"https://media.example/{CANARY}.jpg"))
    talk = _talk(north, phone)
    desk.take(talk, at=at(24, 12, 41))
    answer = desk.answer(talk, f"Gladly, {CANARY}", at=at(24, 12, 42))
    deliver.report(phone, answer.reference, at=at(24, 12, 43), error="7")
    desk.do("link", talk, at=at(24, 12, 44), engagement_id=None, reason=f"{CANARY} asked for something else")
    deliver.opt_out(phone, at=at(24, 13))
    deliver.reply(phone, f"{CANARY} again", at=at(24, 13, 30))
    mention(north, phone)


def mention(north: Tenant, phone: str) -> None:
    """Let the number, in several spellings, stand where only its mention tells of it."""
    with account(north.id):
        _garbage(north, f"<xml>{SPELT[2]} {CANARY}".encode())
        _garbage(north, f"{{'from': '\u201c{SPELT[3]}'".encode() + b"\x00\xff")
        Attempt.objects.create(
            account_id=north.id, id=uuid7(at(24)), endpoint_id=1, event_id=uuid7(at(24)), at=at(24), took_ms=3, answer=f"no {SPELT[1]}"
        )
        IdempotentResponse.objects.create(
            account_id=north.id, key_id=1, idempotency_key="k", fingerprint=b"", status=200, body=f"a {phone}", created_at=at(24)
        )
        TestText.objects.create(
            account_id=north.id, source=north.source, to_number=phone, from_number=north.number, text=f"Hello {CANARY}", reference="t",
            actor="command", created_at=at(24), state_at=at(24),
        )  # fmt: skip
        _session().save()
    _file(north, f"phone\n{phone}\n{CANARY}\n")


def _garbage(north: Tenant, body: bytes) -> None:
    Arrival.objects.create(
        account_id=north.id, id=uuid7(at(24)), source_id=north.source.id, kind="reply", received_at=at(24), headers="", query="",
        body=body, state="quarantined", reason="it is not JSON",
    )  # fmt: skip


def _session() -> SessionStore:
    held = SessionStore()
    held[KEPT] = {"a": {"text": "", "phone": SPELT[4]}, "b": {"text": "", "phone": "0622222222"}}
    return held


def _file(north: Tenant, text: str) -> None:
    begun = begin(north.id, "upload_notices", actor="system", at=at(24))
    (files.made(north.id, begun.pk) / "conversations.csv").write_text(text)
    work = take_up(north.id, begun.pk, at=at(24))
    assert work
    assert work.finish({"file": "conversations.csv", "size": 10}, files_kept=timedelta(days=7))


def _talk(north: Tenant, phone: str) -> Any:
    from antiphon.conversations.models import Conversation  # noqa: PLC0415 - beside the others it would be a cycle of fixtures

    return Conversation.objects.get(account_id=north.id, consumer__phone=phone)


def consumer_of(tenant: Tenant, phone: str) -> Consumer:
    with account(tenant.id):
        return Consumer.objects.get(account_id=tenant.id, phone=phone)


TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"


def places(tenant: Tenant, db: Database) -> list[str]:
    """Return where Cleo still is: rows of every table, as their values and not as they are encoded, sessions, and files."""
    found = []
    months = re.compile(r"_\d{4}_\d{2}$")
    for (table,) in db.execute(TABLES).fetchall():
        if months.search(table) or not db.execute("select has_table_privilege(%s, 'select')", [table]).fetchone()[0]:  # type: ignore[index]
            continue
        for row in rows(db, f'select * from "{table}"'):
            found += [f"{table}.{name}" for name, value in row._asdict().items() if table != "django_session" and _is_told(value)]
            found += ["django_session"] * (table == "django_session" and _is_told(SessionStore().decode(row.session_data)))
    held = [path for path in files.folder(tenant.id, 1).parent.rglob("*") if path.is_file()]
    return found + [path.name for path in held if _is_told(path.read_text())]


def _is_told(value: Any) -> bool:
    text = bytes(value).decode("latin1") if isinstance(value, bytes | memoryview) else str(value)
    return CANARY.lower() in text.lower() or CANARY.lower()[:8] in text.lower() or bool(_NUMBER.search(text))
