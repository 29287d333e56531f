"""Signing out: whoever leaves is offline in every account they were there in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from antiphon.accounts.models import Membership
from antiphon.accounts.people import end_streams
from antiphon.kit import clock
from antiphon.routing.presence import leave


class Adapter(DefaultAccountAdapter):
    """What signing in and out does beside what the library does."""

    def logout(self, request: HttpRequest) -> None:
        """Say that the person is offline, end the session, then the streams of its pages."""
        for account_id, member in Membership.objects.filter(user_id=request.user.pk or 0).values_list("account_id", "id"):
            leave(account_id, member, at=clock.now())
        person = request.user.pk
        super().logout(request)
        end_streams(person or 0)
