"""The form of e-mail and password: the session that it begins ends by itself."""

from allauth.account.forms import LoginForm
from django.http import HttpRequest, HttpResponse

from antiphon.workspace.leaving import limit


class SignIn(LoginForm):
    """The library's form, which would give the session a life of its own."""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, or go on to the second factor."""
        response: HttpResponse = super().login(request, redirect_url)
        limit(request)
        return response
