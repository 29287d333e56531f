"""Signing in and out, the second factor, the choice of account."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from antiphon.accounts import verbs
from antiphon.accounts.models import Membership
from tests.kit.world import Tenant, World
from tests.pages.conftest import Visitor

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_limits_left(db: Any) -> None:  # noqa: ARG001 - limits are in the database
    cache.clear()


@pytest.fixture
def dot(north: Tenant) -> Membership:
    return north.person("Dot", skills=("care",), password=PASSWORD)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code


def test_without_a_session_every_page_leads_to_the_sign_in(north: Tenant, client: Client) -> None:
    assert north.id
    response = client.get("/conversations/?state=all")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/conversations/%3Fstate%3Dall")


def test_a_part_that_asks_for_itself_after_signing_out_takes_the_page_to_the_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/conversations/?state=all"}
    response = client.get("/conversations/?state=all", headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (401, "/accounts/login/?next=/conversations/%3Fstate%3Dall")


def test_signing_in_and_out(dot: Membership, client: Client) -> None:
    assert sign_in(client, dot.user.email) == 302
    home = client.get("/")
    assert home.status_code == 200
    assert "uccessfully" not in home.content.decode()
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_say_the_same(dot: Membership, client: Client) -> None:
    def words(email: str) -> str:
        html = client.post("/accounts/login/", {"login": email, "password": "not the password"}).content.decode()
        return html.partition('role="alert"')[2].partition("</form>")[0].replace(email, "")[:400]

    known, unknown = words(dot.user.email), words("nobody@north.example")
    assert "not correct" in known
    assert known.partition("csrf")[0] == unknown.partition("csrf")[0]
    assert sign_in(client, dot.user.email) == 302


def test_guessing_is_stopped(dot: Membership, client: Client) -> None:
    for _ in range(12):
        sign_in(client, dot.user.email, "a guess")
    assert sign_in(client, dot.user.email) != 302
    cache.clear()
    assert sign_in(client, dot.user.email) == 302


def test_there_is_no_signing_up() -> None:
    names = {str(key) for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert "account_login" in names
    assert "account_signup" not in names


def test_a_second_factor_is_asked_for(dot: Membership, client: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(dot.user, secret)
    assert sign_in(client, dot.user.email) == 302
    assert client.get("/").status_code == 302
    assert client.post("/accounts/second-factor/authenticate/", {"code": "000000"}).status_code == 200
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/second-factor/authenticate/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/you/", "/accounts/second-factor/", "/accounts/logout/"])
def test_pages_about_oneself(visitor: Visitor, path: str) -> None:
    assert visitor("Ada").get(path).status_code in {200, 302}
    assert Client().get(path).status_code == 302


def test_choosing_among_ones_accounts(world: World, dot: Membership, client: Client) -> None:
    south = verbs.create_person(
        world.south.id,
        email=dot.user.email,
        name="Dot",
        role="agent",
        skills=[world.south.skills["care"].pk],
        actor="command",
        at=world.clock(),
    )
    sign_in(client, dot.user.email)
    assert ">North<" in client.get("/").content.decode()
    assert client.post("/accounts/you/account", {"membership": south.pk}).status_code == 302
    assert ">South<" in client.get("/").content.decode()
    assert client.post("/accounts/you/account", {"membership": world.north.people["Ana"].pk}).status_code == 404
    assert ">South<" in client.get("/").content.decode()


def test_who_is_taken_off_an_account_is_out_at_once(dot: Membership, client: Client) -> None:
    sign_in(client, dot.user.email)
    assert client.get("/").status_code == 200
    Membership.objects.filter(pk=dot.pk).update(is_active=False)
    response = client.get("/")
    assert response.status_code == 403
    assert "no account has added you" in response.content.decode()


def test_switching_the_second_factor_on_and_off(dot: Membership, client: Client) -> None:
    sign_in(client, dot.user.email)
    assert "Switch on" in client.get("/accounts/second-factor/").content.decode()
    asked = client.get("/accounts/second-factor/app/activate/", follow=True)
    assert "type your password once more" in asked.content.decode()
    assert client.post("/accounts/reauthenticate/", {"password": "not the password"}).status_code == 200
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    page = client.get("/accounts/second-factor/app/activate/")
    assert 'src="data:image/svg+xml' in page.content.decode()
    secret = page.context["form"].secret
    assert client.post("/accounts/second-factor/app/activate/", {"code": "000000"}).status_code == 200
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/second-factor/app/activate/", {"code": code}).status_code == 302
    assert "Second factor on" in client.get("/accounts/you/").content.decode()
    assert client.get("/accounts/second-factor/recovery-codes/").status_code == 200
    assert client.get("/accounts/second-factor/recovery-codes/generate/").status_code == 200
    assert client.post("/accounts/second-factor/app/deactivate/").status_code == 302
    assert "No second factor" in client.get("/accounts/you/").content.decode()


def test_changing_ones_password_ends_the_other_sessions(dot: Membership, client: Client) -> None:
    other = Client()
    sign_in(client, dot.user.email)
    cache.clear()
    sign_in(other, dot.user.email)
    sent = {"oldpassword": PASSWORD, "password1": "tall ships at dawn", "password2": "tall ships at dawn", "next": "/accounts/you/"}
    weak = client.post("/accounts/password/", sent | {"password1": "password", "password2": "password"}).content.decode()
    assert 'aria-invalid="true"' in weak
    assert 'aria-invalid="true"' in client.post("/accounts/password/", sent | {"oldpassword": "not it"}).content.decode()
    assert other.get("/").status_code == 200
    done = client.post("/accounts/password/", sent)
    assert (done.status_code, done["Location"]) == (302, "/accounts/you/")
    assert "Your password is changed" in client.get("/accounts/you/").content.decode()
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 302)
    cache.clear()
    assert sign_in(Client(), dot.user.email) != 302
    cache.clear()
    assert sign_in(Client(), dot.user.email, "tall ships at dawn") == 302


def test_ending_all_other_sessions_keeps_this_one(dot: Membership, client: Client) -> None:
    other = Client()
    sign_in(client, dot.user.email)
    cache.clear()
    sign_in(other, dot.user.email)
    assert client.post("/accounts/you/sessions").status_code == 302
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 302)
