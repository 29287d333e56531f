"""Single sign-on by OpenID Connect: it lets in whom an account knows by an address that the provider verified, and makes nobody."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest
from django.shortcuts import render

from antiphon.accounts.models import Membership


class SingleSignOn(DefaultSocialAccountAdapter):
    """What allauth asks about people who come from the provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Make no new people: they are invited."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in nobody but those who sign in, by an address that the provider verified, as somebody of an account."""
        is_signing_in = sociallogin.state.get("process", AuthProcess.LOGIN) == AuthProcess.LOGIN
        if is_signing_in and _is_verified(sociallogin) and sociallogin.is_existing and _is_in_an_account(sociallogin.user.pk):
            return
        raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))


def _is_verified(sociallogin: Any) -> bool:
    """Return whether the provider says true; the word "false" would count as true elsewhere."""
    told = sociallogin.account.extra_data
    claims = told.get("userinfo") or told.get("id_token") or told
    return claims.get("email_verified") is True


def _is_in_an_account(user_id: int) -> bool:
    return Membership.objects.filter(user_id=user_id, is_active=True).exists()
