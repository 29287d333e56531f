"""Conversations: one of them, and what people do with it; each deed is a resource that is posted to."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.models import CannedAnswer
from antiphon.conversations import verbs
from antiphon.conversations.models import Answer, Conversation
from antiphon.conversations.types import Refused
from antiphon.kit import clock
from antiphon.kit.db import Database, account
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace import forms
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream, topics
from antiphon.workspace.pages.talk import Typed, canned_here, talk_page
from antiphon.workspace.pages.why import why_page
from antiphon.workspace.pages.workspace import mine_page
from antiphon.workspace.replies import go, is_asked_for, show


@require_safe
@tenant_view("conversations.read")
def conversation(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Show one conversation; the address may put something into its forms."""
    return _talk(request, visit, db, conversation_id, given=_given(request, visit, conversation_id))


def _given(request: HttpRequest, visit: Visit, conversation_id: UUID) -> Typed | None:
    """Return what the address puts into a form: a text once more, a canned answer, an engagement to link to."""
    if (again := forms.identifier(request.GET.get("again", ""))) is not None:
        repeated = Answer.objects.filter(account_id=visit.account_id, conversation_id=conversation_id, id=again)
        return Typed(text=repeated.values_list("text", flat=True).first() or "")
    if (canned := forms.number(request.GET.get("canned", ""))) is not None:
        inserted = CannedAnswer.objects.filter(account_id=visit.account_id, id=canned)
        return Typed(text=inserted.values_list("text", flat=True).first() or "")
    if (engagement := forms.number(request.GET.get("link", ""))) is not None:
        return Typed(form="link", engagement=str(engagement), reason=_("Their reply answers it"))
    return None


@require_safe
@tenant_view("conversations.answer")
def canned(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """List the texts to insert in a conversation."""
    found = canned_here(db, visit, conversation_id)
    if found is None:
        raise Http404
    return show(request, visit, "canned.html", {"id": conversation_id, "canned": found}, parts={"choices"})


@require_safe
@tenant_view("conversations.read")
def why(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Show the whole decision on the opening reply, every candidate with its own reason."""
    page = why_page(db, visit, conversation_id, at=clock.now())
    if page is None:
        raise Http404
    return show(request, visit, "why.html", page)


@require_POST
@tenant_view("conversations.answer")
def answers(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Store an answer and have it sent; a queued conversation is taken with it."""

    def deed() -> None:
        text = request.POST.get("text", "")
        verbs.answer(db, visit.account_id, conversation_id, agent_id=visit.membership_id, actor=visit.actor, text=text, at=clock.now())

    return _done(request, visit, db, conversation_id, deed=deed, form="answer") or go(request, "conversation", conversation_id)


@require_POST
@tenant_view("conversations.take")
def assignment(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Take a queued conversation."""

    def deed() -> None:
        verbs.take(db, visit.account_id, conversation_id, agent_id=visit.membership_id, actor=visit.actor, at=clock.now())

    return _done(request, visit, db, conversation_id, deed=deed, form="take") or go(request, "conversation", conversation_id)


@require_POST
@tenant_view("conversations.take")
def take_next(request: HttpRequest, visit: Visit, db: Database, skill_id: int) -> HttpResponse:
    """Take the next conversation of a queue: due first, then older."""
    try:
        with account(visit.account_id):
            taken = verbs.take_next(db, visit.account_id, skill_id, agent_id=visit.membership_id, actor=visit.actor, at=clock.now())
    except Missing:
        raise Http404 from None
    except Problem as problem:
        return go(request, "workspace", said=problem.message)
    if taken is None:
        return go(request, "workspace", said=_("Nobody waits there any more."))
    return go(request, "conversation", taken)


@require_POST
@tenant_view("conversations.transfer")
def transfer(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Move a conversation to a skill's queue, to an agent, or back to its queue."""

    def deed() -> None:
        verbs.transfer(
            db,
            visit.account_id,
            conversation_id,
            skill_id=forms.number(request.POST.get("skill", "")),
            agent_id=forms.number(request.POST.get("agent", "")),
            actor=visit.actor,
            at=clock.now(),
        )

    refused = _done(request, visit, db, conversation_id, deed=deed, form="transfer")
    return refused or _after_transfer(request, visit, db, conversation_id)


def _after_transfer(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Lead who gave a conversation away to their next one; who leads stays and sees where it went."""
    undo = reverse("recall", args=[conversation_id])
    if visit.may("conversations.assign"):
        return go(request, "conversation", conversation_id, said=_("Transferred."), undo=undo)
    following = mine_page(db, visit, current=None, at=clock.now()).first
    if following:
        return go(request, "conversation", following, said=_("Transferred. This is your next one."), undo=undo)
    return go(request, "workspace", said=_("Transferred."), undo=undo)


@require_POST
@tenant_view("conversations.transfer")
def recall(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Take a transfer back."""

    def deed() -> None:
        verbs.undo_transfer(db, visit.account_id, conversation_id, actor=visit.actor, at=clock.now())

    refused = _done(request, visit, db, conversation_id, deed=deed, form="undo", is_owners=False)
    return refused or go(request, "conversation", conversation_id, said=_("Transfer undone."))


@require_POST
@tenant_view("conversations.close")
def closure(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Close a conversation with its outcome, then show the next of one's own."""

    def deed() -> None:
        outcome = forms.outcome(request.POST)
        member = visit.membership_id
        verbs.close(db, visit.account_id, conversation_id, actor=visit.actor, at=clock.now(), outcome=outcome, member_id=member)

    refused = _done(request, visit, db, conversation_id, deed=deed, form="close")
    if refused:
        return refused
    undo = reverse("reopening", args=[conversation_id])
    following = mine_page(db, visit, current=None, at=clock.now()).first
    if following:
        return go(request, "conversation", following, said=_("Closed. This is your next one."), undo=undo)
    return go(request, "workspace", said=_("Closed."), undo=undo)


@require_POST
@tenant_view("conversations.close")
def reopening(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Take a close back."""

    def deed() -> None:
        verbs.undo_close(db, visit.account_id, conversation_id, actor=visit.actor, at=clock.now())

    refused = _done(request, visit, db, conversation_id, deed=deed, form="undo")
    return refused or go(request, "conversation", conversation_id, said=_("Open again."))


@require_POST
@tenant_view("conversations.link")
def link(request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID) -> HttpResponse:
    """Set the link by hand, with a reason."""

    def deed() -> None:
        chosen = forms.number(request.POST.get("engagement", ""))
        reason = request.POST.get("reason", "")
        verbs.link(db, visit.account_id, conversation_id, engagement_id=chosen, reason=reason, actor=visit.actor, at=clock.now())

    refused = _done(request, visit, db, conversation_id, deed=deed, form="link")
    return refused or go(request, "conversation", conversation_id, said=_("Link set."))


def _done(
    request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID, *, deed: Callable[[], None], form: str, is_owners: bool = True
) -> HttpResponse | None:
    """Do it in a savepoint; what is refused comes back as the page, with the reason beside everything that was typed."""
    try:
        with account(visit.account_id):
            if is_owners and form in _OWNERS:
                _check_owner(visit, conversation_id)
            deed()
    except Missing as problem:
        if not problem.field:
            raise Http404 from None
        return _talk(request, visit, db, conversation_id, typed=forms.typed(form, request.POST, refused=problem))
    except Problem as problem:
        return _talk(request, visit, db, conversation_id, typed=forms.typed(form, request.POST, refused=problem))
    return None


_OWNERS = {"transfer", "close", "link"}


def _check_owner(visit: Visit, conversation_id: UUID) -> None:
    """Refuse what only the agent who has a conversation, or who leads, may do with it. Raises Refused."""
    found = Conversation.objects.filter(account_id=visit.account_id, id=conversation_id).values_list("agent_id", "agent__name").first()
    if found is None or found[0] == visit.membership_id or visit.may("conversations.assign"):
        return
    if found[0] is None:
        raise Refused("not_yours", _("Nobody has this conversation yet: take it first."))
    raise Refused("not_yours", _("%(name)s has this conversation: only they or a supervisor do that.") % {"name": found[1]})


def _talk(
    request: HttpRequest, visit: Visit, db: Database, conversation_id: UUID, *, typed: Typed | None = None, given: Typed | None = None
) -> HttpResponse:
    """Show the conversation with what was typed and refused, or with what the address gave."""
    is_earlier = is_asked_for(request, "earlier")
    ticket = "" if is_earlier else stream(db, visit, topics(visit, conversation_id))
    is_part = is_earlier or is_asked_for(request, "open")
    page = talk_page(db, visit, conversation_id, at=clock.now(), typed=typed or given, ticket=ticket, is_part=is_part)
    if page is None:
        raise Http404
    if is_earlier:
        return show(request, visit, "earlier.html", page, parts={"earlier"})
    place = reverse("workspace") if page.lists and page.is_mine else ""
    return show(request, visit, "conversation.html", page, parts={"open"}, status=422 if typed else 200, place=place)
