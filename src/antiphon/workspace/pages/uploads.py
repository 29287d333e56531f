"""Notices from a file: the form, and storing the file for the worker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _

from antiphon.intake import tables
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Problem
from antiphon.providers.models import Source
from antiphon.providers.verbs import source_in
from antiphon.tasks import files
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import begin, latest
from antiphon.workspace import forms
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Form, Option, form
from antiphon.workspace.pages.tasks import TaskItem, items

_LARGEST = 256 * 1024 * 1024
_NAME = "notices"


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The form, what columns a file may have, and the last files of these sources."""

    at: datetime
    has_sources: bool
    form: Form
    file_error: str
    columns: list[tuple[str, str]]
    tasks: list[TaskItem]


def upload_page(visit: Visit, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None) -> UploadPage:
    """Return the page; a file that was refused is chosen again."""
    sources = list(Source.objects.filter(account_id=visit.account_id, disconnected_at=None).order_by("name", "pk"))
    options = [Option(str(source.pk), source.name) for source in sources]
    field = Field("source", _("Source"), kind="select", value=options[0].value if options else "", options=options, span=6)
    told = [latest(visit.account_id, "upload_notices", f"source:{source.pk}") for source in sources]
    return UploadPage(
        at=at,
        has_sources=bool(options),
        form=form(field, posted=posted, refused=None if refused and refused.field == "file" else refused),
        file_error=refused.message if refused and refused.field == "file" else "",
        columns=_columns(),
        tasks=items(visit, [task for task in told if task], at=at),
    )


def take_file(visit: Visit, posted: QueryDict, uploaded: "UploadedFile[Any] | None", *, at: datetime) -> Task:
    """Store a file for the worker and have it taken. Raises Problem, and keeps nothing then."""
    if uploaded is None or not uploaded.size:
        raise Invalid("no_lines", _("Choose a file with notices."), field="file")
    if uploaded.size > _LARGEST:
        raise Invalid("file_too_large", _("A file may have 256 MB: split it."), field="file")
    source = source_in(visit.account_id, forms.number(posted.get("source", "")) or 0)
    with account(visit.account_id):
        arguments = {"source": source.pk, "file": _NAME, "lines": 0}
        subject = f"source:{source.pk}"
        task = begin(visit.account_id, "upload_notices", subject=subject, arguments=arguments, actor=visit.actor, at=at, once=False)
        try:
            task.arguments = arguments | {"lines": _stored(visit.account_id, task.pk, uploaded)}
        except BaseException:
            files.delete(visit.account_id, task.pk)
            raise
        task.save(update_fields=["arguments"])
    return task


def _stored(account_id: int, task_id: int, uploaded: "UploadedFile[Any]") -> int:
    """Write the file where the worker finds it and return how many lines it has. Raises Invalid."""
    path, lines = files.made(account_id, task_id) / _NAME, 1
    with path.open("wb") as written:
        for chunk in uploaded.chunks():
            written.write(chunk)
            lines += chunk.count(b"\n")
    tables.check(path)
    return lines


def _columns() -> list[tuple[str, str]]:
    said = {
        "phone": _("the consumer's number; needed"),
        "sender": _("the number or name that the text came from; empty is the source's first number"),
        "sent_at": _("when it was sent; without a zone it is the account's; empty is the time of this upload"),
        "text": _("the text as it was sent"),
        "external_campaign": _("the campaign ID in the provider's tool"),
        "reference": _("the provider's reference, if its delivery reports carry it"),
        "key": _("your own: the same key again changes nothing"),
    }
    return [(name, said[name]) for name in tables.COLUMNS]
