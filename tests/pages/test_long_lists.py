"""Lists as files: typed in Excel, and what is longer than somebody waits for is long work, seen by who may see what is in it."""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from antiphon.accounts.models import AuditEntry
from antiphon.exports import asking, lists, tables
from antiphon.exports.lists import Column
from antiphon.kit.db import account
from antiphon.tasks import files
from antiphon.tasks import verbs as tasks
from antiphon.tasks.models import Task
from antiphon.worker import listing
from antiphon.worker.tasks import run
from antiphon.workspace.pages import campaign_report_files
from antiphon.workspace.views import search
from tests.kit.world import CLEO, MIA, OTTO, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

_NAMES = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's, which knows no zones


def cells(book: bytes, sheet: int = 1) -> list[dict[str, str | float]]:
    """Return the rows of a sheet, by column letter: texts as such, everything else as the number that Excel holds."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        root = ET.fromstring(packed.read(f"xl/worksheets/sheet{sheet}.xml"))
    found = []
    for row in root.iterfind(".//s:row", _NAMES):
        told: dict[str, str | float] = {}
        for cell in row.iterfind("s:c", _NAMES):
            place, inline = cell.attrib["r"].rstrip("0123456789"), cell.find("s:is/s:t", _NAMES)
            told[place] = (inline.text or "") if inline is not None else float(cell.findtext("s:v", "", _NAMES))
        found.append(told)
    return found


def report_of(tenant: Tenant) -> str:
    return f"/campaigns/{tenant.campaigns['Spring check-up'].id}/report/"


def made(tenant: Tenant, response: Any) -> Task:
    """Return the task that a page began and led to, once the worker has done it."""
    assert (response.status_code, response.headers["Location"].split("/")[1]) == (303, "tasks")
    task = tasks.find(tenant.id, int(response.headers["Location"].split("/")[2]))
    run(tenant.id, task.pk, tries=0, most=6)
    return tasks.find(tenant.id, task.pk)


def fetched(client: Client, task: Task) -> bytes:
    response = client.get(f"/tasks/{task.pk}/file/")
    assert response.status_code == 200
    return b"".join(response)


def trail(tenant: Tenant, action: str) -> list[dict[str, Any]]:
    with account(tenant.id):
        return list(AuditEntry.objects.filter(account_id=tenant.id, action=action).order_by("pk").values_list("detail", flat=True))


def test_a_list_in_excel_is_typed(story: Story, visitor: Visitor) -> None:
    answer = visitor("Cam").post(report_of(story.tenant) + "replies/file", {"format": "xlsx"})
    assert answer.headers["Content-Disposition"].endswith('replies.xlsx"')
    heads, row = cells(answer.content)
    assert list(heads.values()) == ["Replied", "Phone", "Text", "Engagement", "Verdict", "Time to reply (s)", "Conversation"]
    assert (row["B"], row["C"], row["D"], row["E"], row["F"]) == (
        CLEO, "Yes please, tuesday?", "Spring check-up", "linked_by_campaign_id", 3660,
    )  # fmt: skip
    assert isinstance(row["A"], float)
    told = _EPOCH + timedelta(days=row["A"])
    here = story.now.astimezone(ZoneInfo(story.tenant.account.time_zone)).replace(tzinfo=None, microsecond=0)
    assert abs(told - here) < timedelta(seconds=1)
    (kept,) = trail(story.tenant, "list.exported")
    assert (kept["format"], kept["rows"]) == ("xlsx", 1)


@pytest.mark.parametrize("form", list(tables.KINDS))
def test_every_value_in_every_kind_of_file(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [True, False, None, "", "=1+1", Decimal("12.50"), 0.1, 1234567.25, 7]
    columns = [Column(f"c{place}", f"C{place}", itemgetter(place)) for place in range(len(values))]
    monkeypatch.setattr(tables, "_SHEET_ROWS", 2)
    written = io.BytesIO()
    assert tables.kind_of(form).write(written, tables.Table(columns, iter([values] * 3), "Europe/Amsterdam")) == 3
    plain = ["yes", "no", "", "", "=1+1", "12.50", "0.1", "1234567.25", "7"]
    if form == "xlsx":
        expected = {"A": 1.0, "B": 0.0, "E": "=1+1", "F": 12.5, "G": 0.1, "H": 1234567.25, "I": 7.0}
        assert [len(cells(written.getvalue(), sheet)) for sheet in (1, 2)] == [3, 2]
        assert cells(written.getvalue(), 2)[1] == expected
    elif form == "json":
        items = json.loads(written.getvalue())["items"]
        assert [list(item.values()) for item in items] == [plain] * 3
    else:
        plain[4] = "'=1+1" if form == "csv-safe" else "=1+1"
        rows = list(csv.reader(io.StringIO(written.getvalue().decode("utf-8-sig"))))
        assert rows == [[column.key for column in columns], *[plain] * 3]


def test_a_long_list_is_begun_and_fetched_and_the_same_as_a_short_one(
    story: Story, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for phone in (MIA, OTTO):
        story.tenant.clock.forward(minutes=1)
        story.notice(phone)
        story.reply(phone, f"I am {phone}")
    cam, url = visitor("Cam"), report_of(story.tenant) + "replies/file"
    short = cam.post(url, {"format": "csv"}).content
    assert short.decode().count("\r\n") == 4
    monkeypatch.setattr(campaign_report_files, "MOST", 2)
    refused = cam.get(f"{url}?format=csv")
    assert (refused.status_code, "have it made on its page" in refused.content.decode()) == (422, True)
    monkeypatch.setattr(listing, "_ROWS", 2)
    task = made(story.tenant, cam.post(url, {"format": "csv"}))
    assert (task.kind, task.state, task.done, task.total, task.result["rows"]) == ("export_people", "done", 3, 3, 3), task.error
    assert fetched(cam, task) == short
    page = cam.get(f"/tasks/{task.pk}/").content.decode()
    assert "3 rows exported." in page
    assert "Spring check-up" in page
    assert [one.get("task") for one in trail(story.tenant, "list.exported")] == [None, task.pk]
    assert len(trail(story.tenant, "file.downloaded")) == 1
    story.tenant.clock.forward(hours=24 * 8)
    assert cam.get(f"/tasks/{task.pk}/file/").status_code == 404


def test_who_may_not_read_conversations_has_lists_without_people_and_sees_no_other(
    story: Story, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_report_files, "MOST", 0)
    url = report_of(story.tenant) + "replies/file"
    whole = made(story.tenant, visitor("Cam").post(url, {"format": "json"}))
    assert CLEO in fetched(visitor("Cam"), whole).decode()
    lyn = visitor("Lyn")
    for address in (f"/tasks/{whole.pk}/", f"/tasks/{whole.pk}/file/"):
        assert lyn.get(address).status_code == 404
    own = made(story.tenant, lyn.post(url, {"format": "json"}))
    text = fetched(lyn, own).decode()
    assert (own.kind, CLEO in text, "tuesday" in text, "linked_by_campaign_id" in text) == ("export_list", False, False, True)


def test_many_conversations_are_begun_and_what_was_looked_for_is_kept_nowhere(
    story: Story, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.reply(MIA, "Tuesday suits me")
    story.reply(OTTO, "Nothing of that")
    sol = visitor("Sol")
    address = sol.post("/conversations/search", {"text": "tuesday", "phone": "+316"})["Location"]
    export = f"/conversations/export{address.partition('?')[1]}{address.partition('?')[2]}"
    short = sol.post(export, {"form": "exact"}).content
    assert short.decode().count("\r\n") == 3
    monkeypatch.setattr(search, "MOST", 1)
    for name in ("_FOUND", "_SHOWN"):
        monkeypatch.setattr(listing, name, 1)
    begun = sol.post(export, {"form": "exact"})
    task = tasks.find(story.tenant.id, int(begun.headers["Location"].split("/")[2]))
    assert "tuesday" not in str(task.arguments).lower()
    assert "so far" not in sol.get(f"/tasks/{task.pk}/").content.decode()
    task = made(story.tenant, begun)
    assert (task.kind, task.state, task.result["rows"]) == ("export_conversations", "done", 2), task.error
    assert fetched(sol, task) == short
    assert {path.name for path in files.folder(story.tenant.id, task.pk).iterdir()} == {task.result["file"]}
    told = trail(story.tenant, "conversations.exported")
    assert [one.get("task") for one in told] == [None, task.pk]
    assert "tuesday" not in str(told).lower()
    for name in ("Cam", "Lyn"):
        assert visitor(name).get(f"/tasks/{task.pk}/file/").status_code == 404
    assert asking.sought_of(story.tenant.id, task.pk) is None


def test_an_export_that_was_cancelled_stops_and_may_be_tried_again(story: Story, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    story.reply(OTTO, "Hello")
    monkeypatch.setattr(search, "MOST", 1)
    sol = visitor("Sol")
    task_id = int(sol.post("/conversations/export", {"form": "excel"}).headers["Location"].split("/")[2])
    tasks.cancel(story.tenant.id, task_id, at=story.now)
    run(story.tenant.id, task_id, tries=0, most=6)
    assert tasks.find(story.tenant.id, task_id).state == "cancelled"
    tasks.again(story.tenant.id, task_id, at=story.now)
    run(story.tenant.id, task_id, tries=0, most=6)
    done = tasks.find(story.tenant.id, task_id)
    assert (done.state, done.result["rows"]) == ("done", 2)
    heads, *rows = cells(fetched(sol, done))
    assert list(heads.values()) == [str(column.title) for column in lists.CONVERSATIONS]
    assert {row["C"] for row in rows} == {CLEO, OTTO}
