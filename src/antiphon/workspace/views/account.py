"""The account's own settings."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from antiphon.accounts.models import Account
from antiphon.accounts.tenants import edit_account
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace import times
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.account import account_page, read_account
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("account.write")
def account(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Show and change the account's settings."""
    tenant = Account.objects.get(id=visit.account_id)
    if request.method != "POST":
        return show(request, visit, "settings_form.html", account_page(visit, tenant, at=clock.now()))
    changes, expected = read_account(request.POST), request.POST.get("version", "")
    saved = tried(visit, lambda: edit_account(visit.account_id, changes, actor=visit.actor, at=clock.now(), expected=expected))
    if isinstance(saved, Problem):
        page = account_page(visit, tenant, at=clock.now(), posted=request.POST, refused=saved)
        return show(request, visit, "settings_form.html", page, status=saved.status)
    return go(request, "account", said=_("Saved %(at)s.") % {"at": times.clock(clock.now())})
