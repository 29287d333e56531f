"""Signing in and out: a session ends by itself, and whoever leaves is offline in every account they were there in."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from antiphon.accounts.models import Membership
from antiphon.accounts.people import end_streams
from antiphon.kit import clock
from antiphon.routing.presence import leave

SESSION_LIFE = timedelta(hours=12)
"""Longest time from signing in to signing in again, whatever is done meanwhile."""


def limit(request: HttpRequest) -> None:
    """Have the session of somebody who has just signed in end by itself; what is stored in it later changes nothing about that."""
    request.session.set_expiry(timezone.now() + SESSION_LIFE)


class Adapter(DefaultAccountAdapter):
    """What signing in and out does beside what the library does."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session that ends by itself."""
        super().login(request, user)
        limit(request)

    def logout(self, request: HttpRequest) -> None:
        """Say that the person is offline, end the session, then the streams of its pages."""
        for account_id, member in Membership.objects.filter(user_id=request.user.pk or 0).values_list("account_id", "id"):
            leave(account_id, member, at=clock.now())
        person = request.user.pk
        super().logout(request)
        end_streams(person or 0)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a new password, then end the streams of every session: the one that goes on opens its own again."""
        super().set_password(user, password)
        end_streams(user.pk)
