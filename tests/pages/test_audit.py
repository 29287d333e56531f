"""The audit trail's page: who changed what, narrowed, in pages, as a file that is told too."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import antiphon
from antiphon.accounts import canned, people, verbs
from antiphon.accounts.models import AuditEntry
from antiphon.kit.db import account
from antiphon.workspace.deeds import DEEDS
from tests.kit.world import Tenant
from tests.pages.conftest import Visitor


def html(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[:1500])
    return str(response.content.decode())


def trail(north: Tenant) -> list[str]:
    with account(north.id):
        return list(AuditEntry.objects.filter(account_id=north.id).order_by("-id").values_list("action", flat=True))


def test_the_audit_trail_tells_who_changed_what(north: Tenant, visitor: Visitor) -> None:
    ana = visitor("Ana")
    actor = f"membership:{north.people['Sol'].pk}"
    north.clock.forward(minutes=1)
    people.edit_person(north.id, north.people["Ada"].pk, {"capacity": 3}, actor=actor, at=north.clock())
    north.clock.forward(days=1)
    verbs.create_skill(north.id, name="=cmd()", actor=actor, at=north.clock())
    page = html(ana.get(f"/settings/audit/?actor={actor}"))
    assert [word in rows_of(page) for word in ("Person changed", "Skill added", "Source connected")] == [True, True, False]
    assert re.search(r"capacity</dt>\s*<dd>\s*<del[^>]*>8</del>\s*3", page)
    assert "=cmd()" not in rows_of(html(ana.get("/settings/audit/?until=2026-03-24")))
    assert "=cmd()" in rows_of(html(ana.get("/settings/audit/?since=2026-03-25")))
    assert "Person changed" in rows_of(html(ana.get("/settings/audit/?subject=membership")))
    assert "Skill added" not in rows_of(html(ana.get("/settings/audit/?subject=membership")))
    assert "Skill added" in rows_of(html(ana.get("/settings/audit/?action=skill.added&since=nonsense&before=x_y")))


def rows_of(page: str) -> str:
    return page.partition("<tbody>")[2]


def test_the_trail_comes_in_pages_without_gap_or_repeat(north: Tenant, visitor: Visitor) -> None:
    ana, count = visitor("Ana"), 130
    for number in range(count):
        canned.add_canned_answer(north.id, {"shortcut": f"s{number}", "name": f"No {number:03}", "text": "x"}, actor="x", at=north.clock())
    address, seen = "/settings/audit/?action=canned_answer.added", []
    while address:
        page = html(ana.get(address))
        seen += re.findall(r"No (\d{3})", rows_of(page))
        found = re.search(r'href="(\?[^"]*before=[^"]*)"', page)
        address = f"/settings/audit/{found[1].replace('&amp;', '&')}" if found else ""
    assert seen == [f"{number:03}" for number in reversed(range(count))]


def test_an_export_is_told_in_the_trail_and_harmless_for_spreadsheets(north: Tenant, visitor: Visitor) -> None:
    verbs.create_skill(north.id, name="=cmd()", actor="command", at=north.clock())
    ana = visitor("Ana")
    for form, cell in (("exact", "=cmd()"), ("spreadsheet", "'=cmd()")):
        response = ana.post("/settings/audit/export?action=skill.added", {"form": form})
        lines = list(csv.reader(io.StringIO(html(response))))
        assert lines[0] == ["at", "who", "did", "subject", "name", "changes"]
        assert lines[1][4] == cell
        assert {line[2] for line in lines[1:]} == {"Skill added"}
        assert "attachment" in response["Content-Disposition"]
    assert trail(north)[:2] == ["audit.exported"] * 2
    assert visitor("Sol").post("/settings/audit/export").status_code == 403
    assert trail(north)[:3] == ["audit.exported"] * 2 + ["skill.added"]


def test_every_action_of_the_trail_has_words() -> None:
    folder = Path(next(iter(antiphon.__path__)))
    told = {name for file in folder.rglob("*.py") for name in re.findall(r'action="([a-z_]+\.[a-z_]+)"', file.read_text())}
    assert len(told) > 20
    assert told - set(DEEDS) == set()
