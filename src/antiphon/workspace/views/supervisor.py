"""The supervisor's page and its deeds: moving conversations, several at once, and saying who is there."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.models import Membership
from antiphon.conversations.models import Step
from antiphon.conversations.moving import Moved, move
from antiphon.conversations.types import StepKind
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Invalid, Missing, Problem
from antiphon.routing.models import Presence
from antiphon.routing.presence import TOPIC, set_presence
from antiphon.workspace import forms, words
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.supervisor import SHOWN, Filters, Place, Unmoved, supervisor_page
from antiphon.workspace.replies import show

_PARTS = ("queues", "agents", "talks")


@require_safe
@tenant_view("conversations.assign")
def supervisor(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show queues, agents and open conversations, or one of the three as it stands now."""
    return _shown(request, visit, db, request.GET)


@require_POST
@tenant_view("conversations.assign")
def moving(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Move the chosen conversations: to an agent, to oneself, to a skill's queue, or back to their own."""
    try:
        agent_id, skill_id = _destination(request.POST, visit)
        moved = move(visit.account_id, _chosen(request.POST), agent_id=agent_id, skill_id=skill_id, actor=visit.actor, at=clock.now())
        if moved.refused and not moved.ids:
            raise moved.refused[0]
    except Problem as problem:
        refused = Unmoved(problem.message, problem.field, request.POST.get("to", ""))
        return _shown(request, visit, db, request.POST, refused=refused)
    undo = reverse("recall", args=[moved.ids[0]]) if len(moved.ids) == 1 and not _was_assigned(visit, moved.ids[0]) else ""
    return _back(request, said=_said(moved, visit, agent_id=agent_id), undo=undo)


@require_POST
@tenant_view("presence.others")
def agent_presence(request: HttpRequest, visit: Visit, db: Database, person_id: int) -> HttpResponse:  # noqa: ARG001 - the transaction is open
    """Say for another person that they are online, away or offline."""
    name = Membership.objects.filter(account_id=visit.account_id, id=person_id).values_list("name", flat=True).first()
    if name is None:
        raise Http404
    try:
        set_presence(visit.account_id, person_id, state=request.POST.get("state", ""), actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return HttpResponse(problem.message, status=problem.status, content_type="text/plain; charset=utf-8")
    said = _("%(name)s is %(state)s now.") % {"name": name, "state": str(words.PRESENCE[request.POST["state"]].text).lower()}
    return _back(request, said=said)


def _shown(request: HttpRequest, visit: Visit, db: Database, given: QueryDict, *, refused: Unmoved | None = None) -> HttpResponse:
    ticket = stream(db, visit, ["conversations", TOPIC])
    checked = _chosen(given)
    page = supervisor_page(db, visit, _filters(given), at=clock.now(), ticket=ticket, checked=checked, refused=refused)
    return show(request, visit, "supervisor.html", page, parts=_PARTS, status=422 if refused else 200)


def _filters(given: QueryDict) -> Filters:
    """Return what an address narrows the page to; what does not fit is left out."""
    shown = given.get("show", "open")
    return Filters(
        show=shown if shown in SHOWN else "open",
        skill=forms.number(given.get("skill", "")),
        agent=forms.number(given.get("agent", "")),
        after=_place(given.get("after", "")),
    )


def _place(text: str) -> Place | None:
    due_at, _, rest = text.partition("~")
    started_at, _, identity = rest.partition("~")
    known = forms.identifier(identity)
    try:
        instants = datetime.fromisoformat(due_at), datetime.fromisoformat(started_at)
    except ValueError:
        return None
    return Place(*instants, known) if known and all(one.tzinfo for one in instants) else None


def _chosen(given: QueryDict) -> list[UUID]:
    return [known for one in given.getlist("conversation") if (known := forms.identifier(one)) is not None]


def _destination(posted: QueryDict, visit: Visit) -> tuple[int | None, int | None]:
    """Return the agent, or the skill, that a form says; neither is back to their queues. Raises Invalid."""
    kind, _colon, key = posted.get("to", "").partition(":")
    if "take" in posted:
        return visit.membership_id, None
    if kind == "queue":
        return None, None
    known = forms.number(key)
    if known is None or kind not in {"agent", "skill"}:
        raise Invalid("destination_needed", _("Choose where they go."), field="to")
    return (known, None) if kind == "agent" else (None, known)


def _said(moved: Moved, visit: Visit, *, agent_id: int | None) -> str:
    if not moved.ids:
        return _("They are there already.")
    said = ngettext("%(count)d conversation moved.", "%(count)d conversations moved.", len(moved.ids)) % {"count": len(moved.ids)}
    if moved.refused:
        said += " " + _("%(count)d not: %(why)s") % {"count": len(moved.refused), "why": moved.refused[0].message}
    elif agent_id is not None and agent_id != visit.membership_id:
        found = Presence.objects.filter(account_id=visit.account_id, membership_id=agent_id).values_list("state", flat=True).first()
        if found != Presence.State.ONLINE:
            said += " " + _("They are not online: nobody answers until they are back.")
    return said


def _was_assigned(visit: Visit, conversation_id: UUID) -> bool:
    """Tell whether the last thing that happened was an assignment, which a transfer's undo does not take back."""
    last = Step.objects.filter(account_id=visit.account_id, conversation_id=conversation_id).order_by("-at", "-id").first()
    return last is not None and last.kind == StepKind.ASSIGNED


def _back(request: HttpRequest, *, said: str, undo: str = "") -> HttpResponse:
    """Lead back to the page as it was narrowed, which says what was done."""
    messages.success(request, said, extra_tags=undo)
    query = _filters(request.POST).query
    response = HttpResponseRedirect(reverse("supervisor") + (f"?{query}" if query else ""))
    response.status_code = 303
    return response
