"""Errors as problem documents (RFC 9457): a status, a stable code, a sentence that says what to do."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from antiphon.kit import requests
from antiphon.kit.problems import Problem, Stale, TooMany

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "Not understood",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    412: "Changed meanwhile",
    413: "Too large",
    422: "Not acceptable as it is",
    429: "Too many",
    500: "Our mistake",
    503: "Not available",
}
_log = logging.getLogger(__name__)


def problem(
    status: int, code: str, detail: str, *, errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return a problem document. `errors` name fields by their path in the request."""
    body: dict[str, Any] = {
        "type": f"/api/v1/docs#{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    if request_id := requests.current():
        body["request_id"] = request_id
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def of_problem(error: Problem) -> HttpResponse:
    """Return the document of one of our own problems."""
    errors = [{"field": error.field, "message": error.message}] if error.field else []
    headers = {"ETag": f'"{error.version}"'} if isinstance(error, Stale) else None
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.seconds)}
    return problem(error.status, error.code, error.message, errors=errors, headers=headers)


def of_exception(error: Exception) -> HttpResponse:
    """Return the document of anything that was raised; what nobody expected is logged and says nothing of itself."""
    for kind, document in _DOCUMENTS.items():
        if isinstance(error, kind):
            return document(error)
    _log.error("an API request failed", exc_info=error)
    return problem(500, "our_mistake", "Something broke here, and nothing was changed. Repeat the request, or tell the operator.")


def method_not_allowed(allowed: str) -> HttpResponse:
    """Return the document for a method that an address does not know."""
    return problem(405, "method_not_allowed", f"This address knows {allowed or 'other methods'} only.", headers={"Allow": allowed})


def answer_with_problems(api: NinjaAPI) -> None:
    """Make every exception of the API's views a problem document."""

    def answer(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ARG001 - ninja's signature
        return of_exception(error)

    for kind in (Exception, ValidationError, HttpError, Http404):
        api.add_exception_handler(kind, answer)


def _of_validation(error: ValidationError) -> HttpResponse:
    errors = [_field_error(found) for found in error.errors]
    first = f"{errors[0]['field']}: {errors[0]['message']}" if errors else "The request does not fit."
    code = next((str(found["ctx"]["code"]) for found in error.errors if "code" in found.get("ctx", {})), "invalid")
    return problem(422, code, first, errors=errors)


def _field_error(found: dict[str, Any]) -> dict[str, str]:
    path = [str(part) for part in found.get("loc", ()) if part not in {"body", "query", "path", "payload", "filters"}]
    return {"field": ".".join(path) or "body", "message": str(found.get("msg", ""))}


def _of_database(error: Exception) -> HttpResponse:
    _log.warning("the database could not do an API request: %s", type(error).__name__)
    return problem(503, "try_again", "The database is busy or away: repeat the request in a moment.", headers={"Retry-After": "5"})


def _of_text(_: Exception) -> HttpResponse:
    return problem(422, "not_storable", "A text holds characters, or a number is so large, that it cannot be stored: leave them out.")


_DOCUMENTS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    Problem: of_problem,
    ValidationError: _of_validation,
    Http404: lambda _: problem(404, "not_found", "There is no such thing in this account."),
    HttpError: lambda error: problem(error.status_code, "not_understood", str(error)),
    RequestDataTooBig: lambda _: problem(413, "too_large", "The body is too large: only uploads of notices may be this long."),
    OperationalError: _of_database,
    psycopg.OperationalError: _of_database,
    DataError: _of_text,
    psycopg.DataError: _of_text,
    UnicodeError: _of_text,
}
