"""Long work: the list, one task, its file, cancelling it and trying it again."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Conflict, Missing
from antiphon.tasks import verbs
from antiphon.tasks.models import Task
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.tasks import item, may_see, tasks_page
from antiphon.workspace.replies import go, show


@require_safe
@tenant_view("tasks.read")
def tasks(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """Show the account's long work."""
    return show(request, visit, "tasks.html", tasks_page(visit, at=clock.now()), parts={"tasks"})


@require_safe
@tenant_view("tasks.read")
def task(request: HttpRequest, visit: Visit, db: Database, task_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Show one task, or only how far it is."""
    return show(request, visit, "task.html", item(visit, _seen(visit, task_id), at=clock.now()), parts={"task"})


@require_safe
@tenant_view("tasks.read")
def file(request: HttpRequest, visit: Visit, db: Database, task_id: int) -> Any:  # noqa: ARG001 - as above
    """Give the file of a task's result; every download is audited. Over is 404: the task's page says so."""
    try:
        path = verbs.fetch(visit.account_id, _seen(visit, task_id), actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


@require_POST
@tenant_view("tasks.read")
def cancellation(request: HttpRequest, visit: Visit, db: Database, task_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Stop a task; one that is over by now is shown as it is."""
    _seen(visit, task_id)
    try:
        verbs.cancel(visit.account_id, task_id, at=clock.now())
    except Conflict:
        return go(request, "task", task_id, said=_("It was over already."))
    return go(request, "task", task_id, said=_("Cancelled. What was done until then stays."))


@require_POST
@tenant_view("tasks.read")
def repetition(request: HttpRequest, visit: Visit, db: Database, task_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Try a failed or cancelled task again, from where it was."""
    _seen(visit, task_id)
    try:
        verbs.again(visit.account_id, task_id, at=clock.now())
    except Conflict:
        return go(request, "task", task_id, said=_("It is on its way, or done, already."))
    return go(request, "task", task_id)


def _seen(visit: Visit, task_id: int) -> Task:
    """Return a task that the role may see. Raises Http404."""
    try:
        found = verbs.find(visit.account_id, task_id)
    except Missing:
        raise Http404 from None
    if not may_see(visit, found):
        raise Http404
    return found
