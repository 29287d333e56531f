"""Who asks for it: pages, the API and commands copy out and erase one consumer, each with its permission and its refusals."""

import argparse
import io
import json
import sys
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from antiphon.accounts.models import AuditEntry
from antiphon.cli import erase as erase_command
from antiphon.cli import export_consumer as copy_command
from antiphon.cli.errors import FailedError
from antiphon.consumers.models import Consumer, Erasure
from antiphon.kit.db import account
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant
from tests.line.seeing import at
from tests.privacy.story import CANARY, consumer_of

pytestmark = pytest.mark.django_db(databases=["default", "owner", "jobs"])


@pytest.fixture
def cleo(north: Tenant, south: Tenant) -> Any:  # noqa: ARG001 - a test that asks for South stands in nobody's account
    """Have Cleo sent something, write, and opt out; return who she is."""
    deliver = Deliver(north)
    deliver.notice(CLEO, at=at(24), text=f"Dear {CANARY}")
    deliver.reply(CLEO, "hello", at=at(24, 13))
    deliver.opt_out(CLEO, at=at(24, 14))
    return consumer_of(north, CLEO).id


def signed_in(tenant: Tenant, name: str) -> Client:
    client = Client()
    client.force_login(tenant.people[name].user)
    return client


def phone_of(tenant: Tenant, consumer_id: Any) -> str:
    with account(tenant.id):
        return Consumer.objects.get(account_id=tenant.id, id=consumer_id).phone


def test_by_page_it_is_confirmed_by_typing(north: Tenant, cleo: Any) -> None:
    ana, path = signed_in(north, "Ana"), f"/consumers/{cleo}/"
    assert f'href="{path}erasure/"' in ana.get(path).content.decode()
    asked = ana.get(f"{path}erasure/").content.decode()
    assert "1 conversation is open." in " ".join(asked.replace("<strong>", "").replace("</strong>", "").split())
    refused = ana.post(f"{path}erasure/", {"confirmation": "9999"})
    assert refused.status_code == 422
    assert ("Type the last four digits" in refused.content.decode(), 'value="9999"' in refused.content.decode()) == (True, True)
    assert phone_of(north, cleo) == CLEO
    done = ana.post(f"{path}erasure/", {"confirmation": "1111"})
    assert (done.status_code, done.headers["Location"]) == (303, path)
    assert phone_of(north, cleo).startswith("erased ")
    shown = ana.get(path).content.decode()
    assert ("Erased consumer" in shown, CANARY in shown, f"{path}erasure/" in shown) == (True, False, False)
    assert ana.get(f"{path}erasure/").status_code == 404


def test_pages_ask_who_may(north: Tenant, south: Tenant, cleo: Any) -> None:
    path = f"/consumers/{cleo}/"
    sol = signed_in(north, "Sol")
    assert (sol.get(f"{path}erasure/").status_code, sol.post(f"{path}export").status_code) == (403, 200)
    ada = signed_in(north, "Ada")
    assert [ada.get(f"{path}erasure/").status_code, ada.post(f"{path}export").status_code] == [403, 403]
    assert "erasure" not in ada.get(path).content.decode()
    zoe = signed_in(south, "Zoe")
    assert [zoe.get(f"{path}erasure/").status_code, zoe.post(f"{path}export").status_code] == [404, 404]
    assert phone_of(north, cleo) == CLEO


def test_by_api_a_task_follows(north: Tenant, south: Tenant, cleo: Any) -> None:
    ana = Caller(north.key())
    assert Caller(south.key()).delete(f"consumers/{cleo}", status=404)["code"] == "not_found"
    assert Caller(north.key("supervisor")).delete(f"consumers/{cleo}", status=403)["code"] == "not_allowed"
    copied = ana.get(f"consumers/{cleo}/export")
    assert (copied["consumer"]["phone"], copied["notices"][0]["text"], copied["replies"][0]["text"]) == (CLEO, f"Dear {CANARY}", "hello")
    assert [len(copied[name]) for name in ("answers", "conversations", "opt_outs", "conversions", "test_texts")] == [0, 1, 1, 0, 0]
    task = ana.delete(f"consumers/{cleo}", status=202)
    assert (task["kind"], task["state"]) == ("erase_consumer", "waiting")
    assert ana.get(f"tasks/{task['id']}")["subject"] == f"consumer:{cleo}"
    assert ana.delete(f"consumers/{cleo}", status=409)["code"] == "already_erased"
    known = ana.get(f"consumers/{cleo}")
    assert (known["phone"][:7], known["erased_at"] is not None, len(known["opt_outs"])) == ("erased ", True, 1)
    assert ana.post("consumers/searches", {"phone": CLEO}, status=404)["code"] == "not_found"
    assert (ana.get(f"consumers/{cleo}/export")["replies"][0]["text"], ana.get(f"consumers/{uuid4()}/export", status=404)["code"]) == (
        "", "not_found",
    )  # fmt: skip
    with account(north.id):
        actions = AuditEntry.objects.filter(account_id=north.id, action__startswith="consumer.").order_by("id")
        assert list(actions.values_list("action", flat=True)) == ["consumer.copied", "consumer.erased", "consumer.copied"]


def command(module: ModuleType, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(words)))


def test_by_command(north: Tenant, cleo: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(copy_command, "0031 6 11111111", "--account", "North") == 0
    assert json.loads(capsys.readouterr().out)["consumer"]["id"] == str(cleo)
    with pytest.raises(FailedError, match="no consumer"):
        command(copy_command, "+31699999999", "--account", "North")
    monkeypatch.setattr(sys, "stdin", io.StringIO("no\n"))
    with pytest.raises(FailedError, match="nothing was erased"):
        command(erase_command, CLEO, "--account", "North")
    assert phone_of(north, cleo) == CLEO
    monkeypatch.setattr(sys, "stdin", io.StringIO("1111\n"))
    assert command(erase_command, CLEO, "--account", "North") == 0
    assert f"The consumer's id stays: {cleo}" in capsys.readouterr().out
    assert phone_of(north, cleo).startswith("erased ")
    with account(north.id):
        assert Erasure.objects.get(account_id=north.id).swept_at is not None
    with pytest.raises(FailedError, match="erased before"):
        command(erase_command, str(cleo), "--account", "North", "--yes")
