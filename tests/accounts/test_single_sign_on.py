"""Signing in by OpenID Connect, against a provider that really answers: who may enter, and who may not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from antiphon.accounts import people
from antiphon.accounts.models import User
from antiphon.config import oidc
from antiphon.config.env import Environment
from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, running
from tests.kit.world import Tenant

START = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(db: Any, settings: Any) -> Iterator[Provider]:  # noqa: ARG001 - limits are in the database
    cache.clear()
    with running() as answering:
        environment = Environment(
            home=Path(), oidc_issuer=answering.url, oidc_name="Noordpass", oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
        )
        settings.SOCIALACCOUNT_PROVIDERS = oidc.providers(environment)
        yield answering


def come_back(client: Client, provider: Provider, start: str = START) -> Any:
    """Go to the provider, say yes there, and return what the site answers to that."""
    led = client.get(start)
    assert led.status_code == 302
    assert led["Location"].startswith(f"{provider.url}/authorize?")
    return client.get(f"{START}callback/?{provider.agree(led['Location'])}")


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def as_ada(north: Tenant, **other: Any) -> dict[str, Any]:
    return {"sub": "u-1", "email": north.people["Ada"].user.email, "email_verified": True, "name": "Ada"} | other


def test_who_is_in_an_account_by_a_verified_address_enters(north: Tenant, provider: Provider, client: Client) -> None:
    provider.person = as_ada(north)
    back = come_back(client, provider, f"{START}?next=/campaigns/")
    assert (back.status_code, back["Location"]) == (302, "/campaigns/")
    assert ">Ada<" in client.get("/").content.decode()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": "nobody@north.example"},
        {"email": ""},
    ],
)
def test_others_do_not_enter_and_are_not_made(north: Tenant, provider: Provider, client: Client, other: dict[str, Any]) -> None:
    count = User.objects.count()
    provider.person = as_ada(north, **other)
    back = come_back(client, provider)
    assert back.status_code == 403
    assert "No account here has added the address" in back.content.decode()
    assert (is_in(client), User.objects.count()) == (False, count)
    provider.person = as_ada(north)
    come_back(client, provider)
    assert is_in(client)


def test_who_is_shut_out_stays_out(north: Tenant, provider: Provider, client: Client) -> None:
    provider.person = as_ada(north)
    people.disable(north.id, north.people["Ada"].pk, actor="command", at=north.clock())
    assert come_back(client, provider).status_code == 403
    assert not is_in(client)


def test_nobody_ties_another_identity_to_themselves(north: Tenant, provider: Provider, client: Client) -> None:
    client.force_login(north.people["Ben"].user)
    provider.person = as_ada(north, email="mallory@elsewhere.example")
    assert come_back(client, provider, f"{START}?process=connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_for_here_too(north: Tenant, provider: Provider, client: Client) -> None:
    TOTP.activate(north.people["Ada"].user, generate_totp_secret())
    provider.person = as_ada(north)
    back = come_back(client, provider)
    assert back["Location"].startswith("/accounts/second-factor/authenticate/")
    assert not is_in(client)


def test_a_forged_return_is_refused(north: Tenant, provider: Provider, client: Client) -> None:
    provider.person = as_ada(north)
    led = client.get(START)
    query = provider.agree(led["Location"])
    for forged in (query.replace("state=", "state=x"), query.replace("code=", "code=x"), "error=access_denied"):
        back = Client().get(f"{START}callback/?{forged}")
        assert back.status_code in {302, 401}, back.content
        assert "sessionid" not in back.cookies
    assert client.get(f"{START}callback/?{query}").status_code == 302
    assert is_in(client)


def test_the_button_is_there_only_when_a_provider_is_set(north: Tenant, provider: Provider, settings: Any, client: Client) -> None:
    assert provider.url
    assert north.id
    assert "Sign in with Noordpass" in client.get("/accounts/login/?next=/campaigns/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Sign in with" not in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_without_a_provider_its_addresses_are_nothing(settings: Any, client: Client) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert client.get(START).status_code == 404
    assert client.get(f"{START}callback/?code=x&state=y").status_code == 404
