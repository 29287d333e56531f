"""The page about oneself: accounts to choose from, the second factor, signing out."""

from dataclasses import dataclass
from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from antiphon.accounts.forms import ChoiceForm
from antiphon.accounts.models import Membership, Role, User
from antiphon.accounts.people import end_sessions

SESSION_KEY = "membership"
_THEMES = {"light", "dark"}
_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that a person may work in."""

    membership_id: int
    name: str
    role: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class YouPage:
    """What a person may know and set about themselves."""

    email: str
    accounts: list[AccountRow]
    has_second_factor: bool


@require_safe
@never_cache
@login_required
def you(request: HttpRequest) -> HttpResponse:
    """Show the person's accounts and how they sign in."""
    user = cast("User", request.user)
    return render(request, "you.html", {"page": YouPage(user.email, _accounts(request, user), is_mfa_enabled(user))})


@require_POST
@login_required
def choice(request: HttpRequest) -> HttpResponse:
    """Work in another of the person's accounts from now on; 404 for one that is not theirs."""
    form = ChoiceForm(request.POST, user_id=cast("int", request.user.pk))
    if not form.is_valid():
        raise Http404
    request.session[SESSION_KEY] = form.cleaned_data["membership"].pk
    return redirect("home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep whether this browser's pages are light, dark, or as its system is; back to the page."""
    back = request.POST.get("next", "")
    response = HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
    if request.POST.get("theme") in _THEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("theme", request.POST["theme"], max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_POST
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """End every session of the person but this one."""
    user = cast("User", request.user)
    end_sessions(user.pk)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    messages.success(request, _("Every other session has ended."))
    return redirect("you")


def _accounts(request: HttpRequest, user: User) -> list[AccountRow]:
    found = list(Membership.objects.filter(user=user, is_active=True).select_related("account").order_by("account__name"))
    chosen = request.session.get(SESSION_KEY)
    if chosen not in [one.pk for one in found]:
        chosen = found[0].pk if found else None
    return [AccountRow(one.pk, one.account.name, str(Role(one.role).label), is_chosen=one.pk == chosen) for one in found]
