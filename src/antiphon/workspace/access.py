"""The one door of every page: who asks, in which account, whether the role allows it; the page renders inside its transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from antiphon.accounts.models import Membership, User
from antiphon.accounts.permissions import may
from antiphon.accounts.views import SESSION_KEY
from antiphon.kit.db import account
from antiphon.kit.problems import TooMany

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Choice:
    """An account that the person may work in."""

    membership_id: int
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A person in one of their accounts; `choices` are all of them."""

    membership_id: int
    account_id: int
    account_name: str
    time_zone: str
    name: str
    role: str
    capacity: int
    has_keys: bool
    is_automatic: bool
    choices: tuple[Choice, ...]

    @property
    def is_in_several(self) -> bool:
        """Return whether there is another account to work in."""
        return len(self.choices) > 1

    @property
    def actor(self) -> str:
        """Return how the audit trail names this person."""
        return f"membership:{self.membership_id}"

    def may(self, action: str) -> bool:
        """Return whether the role allows the action."""
        return may(self.role, action)


def tenant_view(action: str) -> Callable[[View], View]:
    """Make a view of `(request, visit, db, …)` a page of the session's account for the roles that may do `action`.

    Without a session it leads to the sign-in page; without an account, or with a role that may not, it answers 403; what was done as
    often as is allowed for now is 429.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            visit = visit_of(request)
            if visit is None or not visit.may(action):
                return _private(render(request, "403.html", {"visit": visit, "is_homeless": visit is None}, status=403))
            try:
                with account(visit.account_id) as db, timezone.override(visit.time_zone):
                    return _private(_rendered(view(request, visit, db, *args, **kwargs)))
            except TooMany as much:
                shown = render(request, "429.html", {"page": much}, status=much.status)
                shown.headers["Retry-After"] = str(much.seconds)
                return _private(shown)

        cast("Any", guarded).action = action
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back; a part of a page that asks for itself takes the whole page there."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", "/"))
    way = redirect_to_login(f"{page.path}?{page.query}" if page.query else page.path)
    return HttpResponse(status=401, headers={"HX-Redirect": way.url})


def visit_of(request: HttpRequest) -> Visit | None:
    """Return the membership that the session chose, else the person's first; None without any that is active."""
    active = Membership.objects.filter(user=cast("User", request.user), is_active=True).select_related("account").order_by("account__name")
    found = list(active)
    if not found:
        return None
    chosen = next((one for one in found if one.pk == request.session.get(SESSION_KEY)), found[0])
    return Visit(
        membership_id=chosen.pk,
        account_id=chosen.account_id,
        account_name=chosen.account.name,
        time_zone=chosen.account.time_zone,
        name=chosen.name,
        role=chosen.role,
        capacity=chosen.capacity,
        has_keys=chosen.has_keys,
        is_automatic=chosen.account.is_automatic,
        choices=tuple(Choice(one.pk, one.account.name, one is chosen) for one in found),
    )


def _rendered(response: HttpResponse) -> HttpResponse:
    """Render now: after the transaction there is no account any more."""
    return response.render() if isinstance(response, SimpleTemplateResponse) and not response.is_rendered else response


def _private(response: HttpResponse) -> HttpResponse:
    """Keep what a person sees out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
