"""Notices from a file: chosen, checked at once, taken by the worker, what could not be taken to fetch."""

from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse

from antiphon.accounts.models import AuditEntry
from antiphon.intake.models import Notice
from antiphon.kit.db import account
from antiphon.tasks import files, verbs
from antiphon.worker import tasks
from tests.kit.world import CLEO, MIA, Tenant
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.django_db
ADDRESS = "/notices/upload/"
TABLE = f"phone;text;external_campaign\n{CLEO};Hello;C1\nnobody;Hello;C1\n{MIA};Hello;C1\n".encode()


def sent(visitor: Visitor, north: Tenant, content: bytes, *, by: str = "Cam") -> Any:
    return visitor(by).post(ADDRESS, {"source": north.source.pk, "file": SimpleUploadedFile("spring.csv", content)})


def test_the_page_tells_which_columns_a_file_may_have(visitor: Visitor) -> None:
    html = visitor("Cam").get(ADDRESS).content.decode()
    for name in ("phone", "sender", "sent_at", "text", "external_campaign", "reference", "key"):
        assert f"<code>{name}</code>" in html
    assert 'enctype="multipart/form-data"' in html


def test_a_file_is_taken_and_its_bad_lines_are_fetched(north: Tenant, visitor: Visitor) -> None:
    response = sent(visitor, north, TABLE)
    (task,) = verbs.recent(north.id)
    assert response["Location"] == f"/tasks/{task.pk}/"
    assert task.arguments == {"source": north.source.pk, "file": "notices", "lines": 5}
    assert "Notices from a file" in visitor("Cam").get(ADDRESS).content.decode()
    tasks.run(north.id, task.pk, tries=0, most=6)
    html = visitor("Cam").get(response["Location"]).content.decode()
    assert "2 notices stored, 1 line not taken." in html
    fetched = visitor("Cam").get(f"/tasks/{task.pk}/file/")
    assert b"".join(cast("FileResponse", fetched)).splitlines()[1].startswith(b"3,")
    with account(north.id):
        assert Notice.objects.count() == 2
        assert AuditEntry.objects.filter(action="notices.uploaded").count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Choose a file with notices."),
        (b"\n\n", "This file is empty, or its first line is."),
        (b"phone;text\n+316;caf\xe9\n", "This file is not in UTF-8"),
        (b"name,text\nCleo,Hello\n", "The first line names the columns"),
        (b"phone,colour\n+31611111111,red\n", "\u201ccolour\u201d"),
    ],
)
def test_what_is_no_such_file_is_said_at_once_and_not_kept(north: Tenant, visitor: Visitor, content: bytes, says: str) -> None:
    response = sent(visitor, north, content)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert verbs.recent(north.id) == []
    assert not list((files.folder(north.id, 0).parent).glob("*/notices"))


def test_who_may(north: Tenant, visitor: Visitor) -> None:
    for name, status in {"Ana": 303, "Cam": 303, "Sol": 403, "Ada": 403, "Lyn": 403, "Zoe": 404}.items():
        assert sent(visitor, north, TABLE, by=name).status_code == status
