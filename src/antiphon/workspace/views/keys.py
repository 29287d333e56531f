"""API keys: the list, making one, revoking one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from antiphon.accounts import inputs, verbs
from antiphon.kit import clock
from antiphon.kit.db import Database
from antiphon.kit.problems import Problem
from antiphon.workspace.access import Visit, tenant_view
from antiphon.workspace.pages.keys import expiry, keys_page, new_key_page, secret_page
from antiphon.workspace.replies import go, show
from antiphon.workspace.views.trying import tried


@require_safe
@tenant_view("api_keys.write")
def api_keys(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - a page of the account
    """Show the keys, never their secrets."""
    return show(request, visit, "api_keys.html", keys_page(visit, at=clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view("api_keys.write")
def new_api_key(request: HttpRequest, visit: Visit, db: Database) -> HttpResponse:  # noqa: ARG001 - verbs open their own
    """Make a key; the answer is the one page that shows it."""
    if request.method != "POST":
        return show(request, visit, "settings_form.html", new_key_page())
    made = tried(visit, lambda: _made(request, visit))
    if isinstance(made, Problem):
        return show(request, visit, "settings_form.html", new_key_page(posted=request.POST, refused=made), status=made.status)
    return show(request, visit, "api_key.html", secret_page(made, at=clock.now()))


@require_POST
@tenant_view("api_keys.write")
def revocation(request: HttpRequest, visit: Visit, db: Database, key_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """End a key at once."""
    tried(visit, lambda: verbs.revoke_api_key(visit.account_id, key_id, actor=visit.actor, at=clock.now()))
    return go(request, "api-keys", said=_("The key is revoked. What uses it is refused from now on."))


def _made(request: HttpRequest, visit: Visit) -> verbs.NewKey:
    at = clock.now()
    name = inputs.text(request.POST.get("name", ""), field="name", longest=100)
    role, expires_at = request.POST.get("role", ""), expiry(request.POST, at=at)
    return verbs.create_api_key(visit.account_id, role=role, name=name, expires_at=expires_at, actor=visit.actor, at=at)
