"""Guessing, sessions, forged forms: limits that hold, one answer for known and unknown, sessions that turn over and end."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from antiphon.accounts import invitations, people
from antiphon.accounts.models import Membership, User
from antiphon.accounts.verbs import create_api_key, revoke_api_key
from antiphon.workspace.leaving import SESSION_LIFE
from tests.access.test_pages import routes
from tests.kit.caller import Caller
from tests.kit.world import ACTOR, Tenant

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
FACTOR = "/accounts/second-factor/authenticate/"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_limits_left(db: None) -> None:  # noqa: ARG001 - the cache is a table
    cache.clear()


@pytest.fixture
def dot(north: Tenant) -> Membership:
    return north.person("Dot", skills=("care",), password=PASSWORD)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def words(response: Any, email: str) -> str:
    """Return what an answer says, without what was typed and what is new each time."""
    text: str = response.content.decode().replace(email, "")
    for new in (response.wsgi_request.csp_nonce, response.headers.get("X-Request-Id", "-")):
        text = text.replace(new, "")
    return text.partition('role="alert"')[2].partition("</form>")[0].partition("csrf")[0]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count how often a password is hashed: that is what takes time."""
    counted: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counting(self: Any, password: str, *given: Any, _real: Any = real, **named: Any) -> Any:
            counted.append("")
            return _real(self, password, *given, **named)

        monkeypatch.setattr(Argon2PasswordHasher, name, counting)
    return counted


def test_known_and_unknown_addresses_are_answered_alike_with_the_same_work(dot: Membership, hashed: list[str]) -> None:
    told = {}
    for email in (dot.user.email, "nobody@north.example"):
        cache.clear()
        hashed.clear()
        response = sign_in(Client(), email, "not the password")
        told[email] = (response.status_code, words(response, email), len(hashed))
    known, unknown = told.values()
    assert known[2] >= 1
    assert known == unknown


def test_guesses_end_for_known_and_unknown_alike_and_the_right_password_does_not_help(dot: Membership) -> None:
    for email in (dot.user.email, "nobody@north.example"):
        cache.clear()
        told = [words(sign_in(Client(), email, f"guess {number}"), email) for number in range(8)]
        assert told[0] == told[3] != told[-1], email
        assert "oo many" in told[-1], told[-1]
    cache.clear()
    for number in range(8):
        sign_in(Client(), dot.user.email, f"guess {number}")
    assert sign_in(Client(), dot.user.email).status_code == 200
    cache.clear()
    assert sign_in(Client(), dot.user.email).status_code == 302


def test_codes_are_guessed_a_few_times_only_and_work_once(dot: Membership) -> None:
    secret = generate_totp_secret()
    TOTP.activate(dot.user, secret)
    first, second = Client(), Client()
    assert sign_in(first, dot.user.email).status_code == 302
    for number in range(12):
        first.post(FACTOR, {"code": f"{number:06}"})
    assert first.post(FACTOR, {"code": code_of(secret)}).status_code != 302
    assert first.get("/").status_code == 302
    cache.clear()
    code = code_of(secret)
    for client, status in ((first, 302), (second, 200)):
        sign_in(client, dot.user.email)
        assert client.post(FACTOR, {"code": code}).status_code == status
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)


def test_a_recovery_code_works_once(dot: Membership) -> None:
    TOTP.activate(dot.user, generate_totp_secret())
    code = RecoveryCodes.activate(dot.user).get_unused_codes()[0]
    for status in (302, 200):
        client = Client()
        sign_in(client, dot.user.email)
        assert client.post(FACTOR, {"code": code}).status_code == status


def test_a_link_or_key_that_was_never_made_is_answered_as_one_that_is_over(north: Tenant) -> None:
    made = invitations.invite(north.id, email="new@north.example", name="New", role="agent", actor=ACTOR, at=north.clock())
    assert Client().get(f"/accounts/invitations/{made.secret}/").status_code == 200
    assert Client().get(f"/accounts/invitations/{'0' * 48}/").status_code == 410
    invitations.revoke(north.id, made.invitation.pk, actor=ACTOR, at=north.clock())
    assert Client().get(f"/accounts/invitations/{made.secret}/").status_code == 410
    assert Client().post(f"/accounts/invitations/{made.secret}/", {"name": "x", "password": PASSWORD}).status_code == 410
    key = create_api_key(north.id, role="agent", actor=ACTOR, at=north.clock())
    assert Caller(key.secret).raw("GET", "skills").status_code == 200
    revoke_api_key(north.id, key.key.pk, actor=ACTOR, at=north.clock())
    told = [Caller(shown).raw("GET", "skills") for shown in (key.secret, "ant_" + "0" * 48, "x")]
    assert {one.status_code for one in told} == {401}
    assert len({str({**one.json(), "request_id": ""}) for one in told}) == 1


def test_a_session_is_new_at_signing_in_and_ends_by_itself(dot: Membership) -> None:
    client = Client()
    session = client.session
    session["planted"] = "before"
    session.save()
    planted = session.session_key
    answer = sign_in(client, dot.user.email)
    cookie = answer.cookies["session"]
    assert cookie.value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    left = Session.objects.get(session_key=cookie.value).expire_date - timezone.now()
    assert timedelta(0) < left <= SESSION_LIFE
    before = Session.objects.get(session_key=cookie.value).expire_date
    assert client.post("/accounts/you/account", {"membership": dot.pk}).status_code == 302
    assert abs(Session.objects.get(session_key=cookie.value).expire_date - before) < timedelta(seconds=2)
    Session.objects.filter(session_key=cookie.value).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/").status_code == 302


def test_another_role_holds_from_the_next_request_and_being_shut_out_ends_every_session(north: Tenant, dot: Membership) -> None:
    client = Client()
    sign_in(client, dot.user.email)
    assert client.get("/settings/api-keys/").status_code == 403
    for role, status in (("administrator", 200), ("agent", 403)):
        people.edit_person(north.id, dot.pk, {"role": role}, actor=ACTOR, at=north.clock())
        assert client.get("/settings/api-keys/").status_code == status
    people.disable(north.id, dot.pk, actor=ACTOR, at=north.clock())
    assert client.get("/").status_code == 302
    people.enable(north.id, dot.pk, actor=ACTOR, at=north.clock())
    assert client.get("/").status_code == 302, "they sign in again"


def posted() -> set[str]:
    """Return the address of every page, with something in it for each part that it wants."""
    fills = {"uuid": "019d1f71-b980-7dcc-9fc8-18a576309969", "int": "1"}
    found = set()
    for route, _ in routes(get_resolver().url_patterns):
        if not route.startswith("api/v1/") and "^" not in route:
            parts = [fills.get(part[1:].partition(":")[0], "x") if part.startswith("<") else part for part in route.split("/")]
            found.add("/" + "/".join(parts))
    return found


def test_no_form_is_taken_from_elsewhere(north: Tenant) -> None:
    """Every address by POST: without the token of the form, 403 before anything is looked at; with it, something else."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(id=north.people["Ana"].user_id), backend="allauth.account.auth_backends.AuthenticationBackend")
    addresses = posted()
    assert len(addresses) > 120
    open_ones = {address for address in addresses if client.post(address).status_code != 403}
    assert open_ones <= {"/accounts/sso/login/callback/"}, open_ones
    client.get("/settings/skills/new/")
    token = client.cookies["csrf"].value
    with_token = client.post("/settings/skills/new/", {"name": "Fresh", "csrfmiddlewaretoken": token, "response_target": "15 minutes"})
    assert with_token.status_code != 403
    assert client.post("/accounts/you/theme", {"theme": "dark", "csrfmiddlewaretoken": token}).status_code == 302
