"""The API's door: the key says which account and role; one transaction in that account holds the whole request, rendering included."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from antiphon.accounts.allowances import calls_of, spend
from antiphon.accounts.permissions import ALLOWED, may
from antiphon.accounts.verbs import key_in_force
from antiphon.api import idempotency, problems
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import NotAllowed

View = Callable[..., HttpResponse]
_ERROR = 400
_METHOD_NOT_ALLOWED = 405


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a key of an account, with a role."""

    account_id: int
    key_id: int
    role: str

    @property
    def actor(self) -> str:
        """Return how the audit trail names this key."""
        return f"api_key:{self.key_id}"


class May(HttpBearer):
    """What an operation asks of its caller, by the permission table; declares the key in the OpenAPI document."""

    openapi_description = "An API key: `antiphon apikey create`."

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.roles = ALLOWED[action]

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller. Raises NotAllowed when the role may not do the action."""
        caller = caller_of(request)
        if not may(caller.role, self.action):
            raise NotAllowed(
                "not_allowed",
                "A key of role {role} may not do this ({action}): use a key of another role.",
                role=caller.role,
                action=self.action,
            )
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002 - the key was looked up at the door
        """Return the caller: the door has looked the key up already."""
        return caller_of(request)


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls; only behind the door."""
    return cast("Caller", cast("Any", request).caller)


def behind_key(view: View) -> View:
    """Make a view of the API one that needs a key, runs in its account, and rolls back whatever ends in an error."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        caller = _caller(request)
        if caller is None:
            return _unauthorised()
        cast("Any", request).caller = caller
        try:
            _spend(caller)
            return _private(_answered(view, request, caller, *args, **kwargs))
        except Exception as error:  # noqa: BLE001 - every failure is a problem document
            return problems.of_exception(error)

    return answer


def _answered(view: View, request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
    if idempotency.is_upload(request):
        return idempotency.upload_once(request, caller.account_id, caller.key_id, lambda: view(request, *args, **kwargs))
    with account(caller.account_id):
        response = idempotency.once(request, caller.account_id, caller.key_id, lambda: view(request, *args, **kwargs))
        if response.status_code >= _ERROR:
            transaction.set_rollback(True)
    if response.status_code == _METHOD_NOT_ALLOWED:
        return problems.method_not_allowed(response.headers.get("Allow", ""))
    return response


def _spend(caller: Caller) -> None:
    """Take a call from the allowances of key and account, before the request's transaction: nobody waits for its end. Raises TooMany."""
    connection.ensure_connection()
    spend(connection.connection, calls_of(caller.account_id, caller.key_id), at=clock.now())


def _caller(request: HttpRequest) -> Caller | None:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not shown.strip():
        return None
    key = key_in_force(shown.strip(), at=clock.now())
    return Caller(key.account_id, key.id, key.role) if key else None


def _unauthorised() -> HttpResponse:
    detail = "Send Authorization: Bearer and a key that is in use. Keys are made by antiphon apikey create."
    return problems.problem(401, "no_valid_key", detail, headers={"WWW-Authenticate": "Bearer"})


def _private(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
