"""Long work on pages: watched, left and found again, cancelled, tried again, its file fetched until it expires."""

import re
from datetime import timedelta
from typing import Any, cast

import pytest
from django.http import FileResponse
from django.test import Client

from antiphon.accounts.models import AuditEntry
from antiphon.accounts.permissions import ALLOWED
from antiphon.kit.db import account
from antiphon.tasks import files, verbs
from antiphon.tasks.kinds import ACTIONS
from antiphon.tasks.models import Task
from antiphon.tasks.work import Work, take_up
from antiphon.worker.tasks import RUNNERS
from antiphon.workspace.pages.tasks import KINDS
from tests.kit.world import Tenant
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.django_db


def begun(north: Tenant, kind: str = "relink", **more: Any) -> Task:
    campaign = north.campaigns.get("Spring check-up") or north.campaign()
    actor = f"membership:{north.people['Cam'].pk}"
    return verbs.begin(north.id, kind, subject=f"campaign:{campaign.pk}", actor=actor, at=north.clock(), **more)


def running(north: Tenant, task: Task) -> Work:
    work = take_up(north.id, task.pk, at=north.clock())
    assert work
    return work


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def plain(html: str) -> str:
    """Return HTML without its forms' tokens, which differ each time."""
    return re.sub(r'value="\w{64}"', "", html).strip()


def test_every_kind_of_work_has_its_words(north: Tenant) -> None:  # noqa: ARG001 - translations want settings
    assert set(RUNNERS) == set(KINDS) == set(ACTIONS)
    assert set(ACTIONS.values()) <= set(ALLOWED)


def test_work_is_watched_from_waiting_to_done(north: Tenant, visitor: Visitor) -> None:
    task, cam = begun(north), visitor("Cam")
    address = f"/tasks/{task.pk}/"
    waiting = shown(cam, address)
    for words in (
        "Relinking conversations",
        "Spring check-up",
        "begun by Cam",
        "Waiting for the worker",
        'hx-trigger="every 1s"',
        "Cancel",
    ):
        assert words in waiting
    work = running(north, task)
    work.tell(120, 480)
    assert 'value="25"' in shown(cam, address)
    assert "120 of 480 conversations" in shown(cam, address)
    work.finish({"relinked": 479, "left": 1})
    over = shown(cam, address)
    assert "479 conversations are linked now. 1 changed meanwhile and was left alone." in over
    for words in ("every 1s", "Cancel", "Try again", "<progress"):
        assert words not in over


def test_a_page_asks_for_how_far_it_is_by_the_task_s_own_number(north: Tenant, visitor: Visitor) -> None:
    task = begun(north)
    headers = {"HX-Request": "true", "HX-Target": f"section#task-{task.pk}"}
    part = plain(visitor("Cam").get(f"/tasks/{task.pk}/", headers=headers).content.decode())
    assert part.startswith("<section")
    assert part in plain(shown(visitor("Cam"), f"/tasks/{task.pk}/"))


def test_it_is_found_again_in_the_list(north: Tenant, visitor: Visitor, django_assert_max_num_queries: Any) -> None:
    assert "Nothing takes long now" in shown(visitor("Cam"), "/tasks/")
    tasks = [begun(north, once=False) for _ in range(20)]
    running(north, tasks[0]).fail("ZeroDivisionError")
    cam = visitor("Cam")
    with django_assert_max_num_queries(12):
        html = shown(cam, "/tasks/")
    assert html.count("Relinking conversations</a>") == 20
    assert "ZeroDivisionError" in html
    assert 'hx-trigger="every 2s"' in html


def test_cancelling_and_trying_again(north: Tenant, visitor: Visitor) -> None:
    task, cam = begun(north), visitor("Cam")
    work = running(north, task)
    work.tell(3, 9)
    stopped = cam.post(f"/tasks/{task.pk}/cancellation", follow=True).content.decode()
    assert "Cancelled. What was done until then stays." in stopped
    assert "3 of 9 conversations were done; they stay." in stopped
    assert verbs.find(north.id, task.pk).state == "cancelled"
    assert "It was over already." in cam.post(f"/tasks/{task.pk}/cancellation", follow=True).content.decode()
    assert "Waiting for the worker" in cam.post(f"/tasks/{task.pk}/repetition", follow=True).content.decode()
    assert "It is on its way, or done, already." in cam.post(f"/tasks/{task.pk}/repetition", follow=True).content.decode()


def test_a_failure_is_said_plainly(north: Tenant, visitor: Visitor) -> None:
    task = begun(north)
    running(north, task).fail("There is no such source.")
    html = shown(visitor("Cam"), f"/tasks/{task.pk}/")
    for words in ("Failed", "It stopped.", "There is no such source.", "Try again"):
        assert words in html


def test_a_file_is_fetched_by_who_may_until_it_expires(north: Tenant, visitor: Visitor) -> None:
    task = begun(north, "upload_notices")
    (files.made(north.id, task.pk) / "errors.csv").write_text("line,message\n2,no number\n")
    running(north, task).finish(
        {"received": 2, "stored": 1, "copies": 0, "failed": 1, "file": "errors.csv", "size": 26}, files_kept=timedelta(7)
    )
    address, cam = f"/tasks/{task.pk}/", visitor("Cam")
    html = shown(cam, address)
    assert "1 notice stored, 1 line not taken." in html
    assert f'href="{address}file/"' in html
    assert "26 B" in html
    fetched = cam.get(f"{address}file/")
    assert fetched.headers["Content-Disposition"] == 'attachment; filename="errors.csv"'
    assert b"".join(cast("FileResponse", fetched)) == b"line,message\n2,no number\n"
    with account(north.id):
        assert AuditEntry.objects.get(action="file.downloaded").subject == f"task:{task.pk}"
    for other in ("Lyn", "Sol", "Zoe"):
        assert visitor(other).get(address).status_code == 404
        assert visitor(other).get(f"{address}file/").status_code == 404
        assert visitor(other).post(f"{address}cancellation").status_code == 404
    north.clock.forward(days=7)
    assert "errors.csv has expired and was deleted." in shown(cam, address)
    assert cam.get(f"{address}file/").status_code == 404


def test_a_task_of_a_kind_that_nobody_knows_is_shown_to_nobody(north: Tenant, visitor: Visitor) -> None:
    task = begun(north, "from_the_future")
    assert visitor("Ana").get(f"/tasks/{task.pk}/").status_code == 404
    assert "Nothing takes long now" in shown(visitor("Ana"), "/tasks/")
