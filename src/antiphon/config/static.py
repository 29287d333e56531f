"""Static files: addresses that carry a version, and the ASGI application that serves them from memory."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation

from antiphon.config.protocols import Headers, Receive, Scope, Send

_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_FOREVER = b"public, max-age=31536000, immutable"
_ASK = b"no-cache"

kept: dict[str, "StaticFile"] = {}  # names that exist only: a stranger cannot make it grow


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    content: bytes
    zipped: bytes | None
    kind: str
    version: str


class VersionedStorage(StaticFilesStorage):
    """`{% static %}` gives `/static/…?v=<version>`: such an answer may be kept for ever."""

    def url(self, name: str | None) -> str:
        """Return the address, with the version of the file's present content."""
        plain = super().url(name)
        file = load(name or "")
        return f"{plain}?v={file.version}" if file else plain


def load(name: str) -> StaticFile | None:
    """Return the file, None when no app has it; in development its content is read each time."""
    if settings.DEBUG:
        return _read(name)
    if name not in kept and (file := _read(name)):
        kept[name] = file
    return kept.get(name)


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer GET and HEAD for a static file: 200, 304 for what the browser has, 404."""
    file = load(scope["path"].removeprefix(settings.STATIC_URL)) if scope["method"] in {"GET", "HEAD"} else None
    if file is None:
        await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not found")
        return
    asked = dict(scope["headers"])
    headers = _headers(file, asks_version="v" in parse_qs(scope["query_string"].decode("latin-1")))
    if asked.get(b"if-none-match") == f'"{file.version}"'.encode():
        await _answer(send, 304, headers, b"")
        return
    body, encoding = _body(file, asked.get(b"accept-encoding", b""))
    length = [(b"content-length", str(len(body)).encode())]
    await _answer(send, 200, headers + encoding + length, b"" if scope["method"] == "HEAD" else body)


def _read(name: str) -> StaticFile | None:
    try:
        path = finders.find(name)
    except (ValueError, SuspiciousFileOperation):  # a path that leaves its folder, or none at all
        return None
    if not isinstance(path, str) or not Path(path).is_file():
        return None
    content = Path(path).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, 6, mtime=0) if kind.startswith(_COMPRESSIBLE) else None
    return StaticFile(content, zipped, kind, hashlib.blake2b(content, digest_size=8).hexdigest())


def _headers(file: StaticFile, *, asks_version: bool) -> Headers:
    text = "; charset=utf-8" if file.kind.startswith(_COMPRESSIBLE) else ""
    return [
        (b"content-type", (file.kind + text).encode()),
        (b"etag", f'"{file.version}"'.encode()),
        (b"cache-control", _FOREVER if asks_version and not settings.DEBUG else _ASK),
        (b"vary", b"Accept-Encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]


def _body(file: StaticFile, accepted: bytes) -> tuple[bytes, Headers]:
    if file.zipped is not None and b"gzip" in accepted:
        return file.zipped, [(b"content-encoding", b"gzip")]
    return file.content, []


async def _answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
