"""Idempotency-Key: a POST that carries one is done once; its answer is kept and given again.

Only what was done is kept: an error changed nothing, so the same key may try again.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from antiphon.accounts.models import IdempotentResponse
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
_LONGEST = 255
_ERROR = 400
_CHUNK = 64 * 1024
_UPLOADS = ("application/x-ndjson", "application/ndjson", "application/jsonl")

Answer = Callable[[], HttpResponse]


def once(request: HttpRequest, account_id: int, key_id: int, answer: Answer) -> HttpResponse:
    """Answer a request, or give the kept answer again. Inside the request's transaction: a second one waits for the first.

    Raises Invalid for a key that was used for another request.
    """
    name = _name(request)
    if name is None:
        return answer()
    mark = _mark(request, request.body)
    kept, is_new = _reserved(account_id, key_id, name, mark)
    if not is_new:
        return _again(kept, mark)
    response = answer()
    if response.status_code < _ERROR:
        kept.status, kept.body = response.status_code, response.content.decode()
        kept.save(update_fields=["status", "body"])
    return response


def upload_once(request: HttpRequest, account_id: int, key_id: int, answer: Answer) -> HttpResponse:
    """As `once`, for a body that is read as it comes and taken in transactions of its own: marked while it is read."""
    name = _name(request)
    body = Marked(request)
    cast("Any", request).upload = body
    if name is None:
        return answer()
    with account(account_id):
        kept = IdempotentResponse.objects.filter(account_id=account_id, key_id=key_id, idempotency_key=name).first()
    if kept is not None:
        body.drain()
        return _again(kept, _mark(request, body.digest()))
    response = answer()
    body.drain()
    if response.status_code < _ERROR:
        with account(account_id):
            fresh, _ = _reserved(account_id, key_id, name, _mark(request, body.digest()))
            fresh.status, fresh.body = response.status_code, response.content.decode()
            fresh.save(update_fields=["status", "body"])
    return response


def is_upload(request: HttpRequest) -> bool:
    """Return whether the body is an upload: lines of JSON, as long as they come."""
    return request.method == "POST" and request.content_type in _UPLOADS


class Marked:
    """The body of an upload, line by line, marked as it is read."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._digest = hashlib.blake2b(digest_size=16)

    def lines(self, *, longest: int) -> Iterator[bytes | None]:
        """Yield each line; None for one that is longer than `longest`, which is skipped to its end."""
        while line := self._read(longest + 1):
            if len(line) <= longest or line.endswith(b"\n"):
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = self._read(longest + 1)
            yield None

    def drain(self) -> None:
        """Read what is left."""
        while chunk := self._request.read(_CHUNK):
            self._digest.update(chunk)

    def digest(self) -> bytes:
        """Return the mark of what was read."""
        return self._digest.digest()

    def _read(self, most: int) -> bytes:
        line = self._request.readline(most)
        self._digest.update(line)
        return line


def _name(request: HttpRequest) -> str | None:
    name = request.headers.get(HEADER)
    if name is None or request.method != "POST":
        return None
    if not 0 < len(name) <= _LONGEST:
        raise Invalid("bad_idempotency_key", "{header} needs 1 to {longest} characters.", header=HEADER, longest=_LONGEST)
    return name


def _mark(request: HttpRequest, body: bytes) -> bytes:
    digest = hashlib.blake2b(request.get_full_path().encode() + b"\n", digest_size=16)
    digest.update(body)
    return digest.digest()


def _reserved(account_id: int, key_id: int, name: str, mark: bytes) -> tuple[IdempotentResponse, bool]:
    now = clock.now()
    IdempotentResponse.objects.filter(account_id=account_id, key_id=key_id, idempotency_key=name, created_at__lt=now - KEPT).delete()
    return IdempotentResponse.objects.get_or_create(
        account_id=account_id,
        key_id=key_id,
        idempotency_key=name,
        defaults={"fingerprint": mark, "status": 0, "body": "", "created_at": now},
    )


def _again(kept: IdempotentResponse, mark: bytes) -> HttpResponse:
    if bytes(kept.fingerprint) != mark:
        raise Invalid(
            "idempotency_key_reused", "This {header} was used for another request: choose a new one for a new request.", header=HEADER
        )
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers={"Idempotency-Replayed": "true"})
