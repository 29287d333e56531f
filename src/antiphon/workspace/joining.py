"""The page behind the link of an invitation, for whoever has it: what has become of it, and joining."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from antiphon.accounts import invitations
from antiphon.accounts.models import Invitation, Membership, User
from antiphon.accounts.views import SESSION_KEY
from antiphon.kit import clock
from antiphon.kit.problems import Missing, Problem
from antiphon.workspace import words
from antiphon.workspace.fields import Field, Form, form
from antiphon.workspace.leaving import limit

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """An invitation as whoever opens its link sees it; `state` is empty when there is none."""

    state: str
    form: Form
    account: str = ""
    email: str = ""
    role: str = ""
    is_known: bool = False
    is_you: bool = False
    signed_in: str = ""
    sign_in_url: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, shown: str) -> HttpResponse:
    """Show the invitation; join by it. One that opens nothing says why."""
    page = _page(request, shown)
    if request.method != "POST" or page.state != "open":
        return render(request, "invitation.html", {"page": page}, status=200 if page.state == "open" else 410)
    try:
        person = _joined(request, shown)
    except Missing:
        return redirect(request.path)
    except Problem as refused:
        page = replace(page, form=_form(page, posted=request.POST, refused=refused))
        return render(request, "invitation.html", {"page": page}, status=refused.status)
    if not page.is_you:
        login(request, person.user, backend=_BACKEND)
        limit(request)
    request.session[SESSION_KEY] = person.pk
    return redirect("home")


def _joined(request: HttpRequest, shown: str) -> Membership:
    name, password = request.POST.get("name", ""), request.POST.get("password")
    return invitations.accept(shown, name=name, password=password, signed_in=_you(request), at=clock.now())


def _page(request: HttpRequest, shown: str) -> InvitationPage:
    found = invitations.find(shown)
    if found is None:
        return InvitationPage("", Form({}))
    page = _of(request, found)
    return replace(page, form=_form(page, name=found.name))


def _of(request: HttpRequest, found: Invitation) -> InvitationPage:
    you = _you(request)
    return InvitationPage(
        state=invitations.state(found, at=clock.now()),
        form=Form({}),
        account=found.account.name,
        email=found.email,
        role=words.role(found.role),
        is_known=invitations.is_known(found),
        is_you=you is not None and you.email == found.email,
        signed_in=you.email if you else "",
        sign_in_url=f"{reverse('account_login')}?next={quote(request.path)}",
    )


def _you(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _form(page: InvitationPage, *, name: str = "", posted: QueryDict | None = None, refused: Problem | None = None) -> Form:
    """Return the name, and for somebody new the password: twelve characters, none of the common ones."""
    fields = [Field("name", _("Your name"), value=name, longest=100, autocomplete="name", is_first=True)]
    if not page.is_known:
        help_text = _("At least 12 characters, not a common one, not like your name.")
        fields.append(Field("password", _("Password"), kind="password", autocomplete="new-password", help=help_text))
    return form(*fields, posted=posted, refused=refused)
