"""Looking for conversations. A phone number stands in no address: the form is posted, the session keeps the number."""

import re
from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.audit import audit
from antiphon.exports.asking import ask_conversations
from antiphon.exports.lists import MOST
from antiphon.exports.verbs import check_allowed
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.ids import reference
from antiphon.kit.problems import Invalid
from antiphon.search.verbs import find
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.live import stream
from antiphon.workspace.pages.search import Asked, asked_of, query_of, search_page, sought
from antiphon.workspace.pages.search_file import FORMS, found_file
from antiphon.workspace.replies import attached, go, show

_KEPT = "sought"
_MOST_KEPT = 20
_ONLY_A_NUMBER = re.compile(r"\+?[\d\s().\-/]*\d[\d\s().\-/]*")
_HAS_A_NUMBER = re.compile(r"\d(?:[\s().\-/]?\d){5}")


@require_safe
@tenant_view("conversations.read")
def conversations(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Show the conversations that fit what the address, and the session for it, look for."""
    asked = _asked(request, visit)
    is_forgotten = bool(request.GET.get("kept")) and not asked.kept
    return _shown(request, visit, db, asked, is_forgotten=is_forgotten)


@require_POST
@tenant_view("conversations.read")
def search(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Take what was typed; what can be looked for leads to the list of it, anything else comes back with the reason."""
    asked = _as_number(asked_of(request.POST, visit))
    try:
        find(db, visit.account_id, sought(asked, visit.time_zone), limit=1, at=clock.now())
    except Invalid as refused:
        return _shown(request, visit, db, asked, refused=refused)
    query = query_of(_keep(request, asked))
    response = HttpResponseRedirect(reverse("conversations") + (f"?{query}" if query else ""))
    response.status_code = 303
    return response


@require_POST
@tenant_view("conversations.export")
def export(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:
    """Give what was found as a file, or have a long one made; the audit trail tells it, without the number and words looked for."""
    asked, at = replace(_asked(request, visit), after=None), clock.now()
    wanted = sought(asked, visit.time_zone)
    try:
        found = find(db, visit.account_id, wanted, limit=MOST, at=at)
    except Invalid as refused:
        return _shown(request, visit, db, asked, refused=refused)
    given = request.POST.get("form", "")
    form, narrowed = given if given in FORMS else "exact", query_of(replace(asked, text="", phone="", kept=""))[:200]
    if found.has_next:
        task = ask_conversations(
            visit.account_id, wanted, form=FORMS[form], zone=visit.time_zone, narrowed=narrowed, actor=visit.actor, at=at
        )
        return go(request, "task", task.pk)
    check_allowed(visit.account_id, at=at)
    detail = {"rows": len(found.ids), "form": FORMS[form], "narrowed": narrowed}
    audit(visit.account_id, actor=visit.actor, action="conversations.exported", subject=f"account:{visit.account_id}", at=at, detail=detail)
    made = found_file(db, visit, found.ids, form=form, at=at)
    response = attached(made.content, media_type=made.media_type, name=made.name)
    response.headers["X-Rows"] = str(len(found.ids))
    return response


def _shown(
    request: HttpRequest, visit: Visit, db: Database, asked: Asked, *, refused: Invalid | None = None, is_forgotten: bool = False
) -> HttpResponse:
    ticket = stream(db, visit, ["conversations"])
    try:
        page = search_page(db, visit, asked, at=clock.now(), ticket=ticket, refused=refused, is_forgotten=is_forgotten)
    except Invalid as said:
        refused = said
        page = search_page(db, visit, asked, at=clock.now(), ticket=ticket, refused=said)
    place = reverse("conversations")
    return show(request, visit, "conversations.html", page, parts={"list"}, status=422 if refused else 200, place=place)


def _asked(request: HttpRequest, visit: Visit) -> Asked:
    """Return what the address asks; a number in it is not looked for, and where nothing is kept any more, nothing is kept."""
    given = request.GET.copy()
    given.pop("phone", None)
    kept = cast("dict[str, dict[str, str]]", request.session.get(_KEPT, {})).get(given.get("kept", ""))
    return replace(asked_of(given, visit, kept=kept), kept=given.get("kept", "") if kept else "")


def _as_number(asked: Asked) -> Asked:
    """Take words that are nothing but a number for the number."""
    if not asked.phone and _ONLY_A_NUMBER.fullmatch(asked.text):
        return replace(asked, phone=asked.text, text="")
    return asked


def _keep(request: HttpRequest, asked: Asked) -> Asked:
    """Keep a number, and words with one in them, in the session."""
    if not asked.phone and not _HAS_A_NUMBER.search(asked.text):
        return replace(asked, kept="")
    name = reference()[:12]
    kept = [*request.session.get(_KEPT, {}).items(), (name, {"text": asked.text, "phone": asked.phone})]
    request.session[_KEPT] = dict(kept[-_MOST_KEPT:])
    return replace(asked, kept=name)
