"""The conformance kit: what an adapter brings is captures as files; every check below comes for free.

`captures/<app>/hooks/*.json` holds a request (`kind`, `body` as JSON or `raw` as text, changed `source` settings), an
optional `forged` body that must be refused, and what it means (`expect`: facts, "malformed" or "forbidden");
`sends/*.json` texts and the exact call they become; `answers/*.json` a provider's answer and its results.
"""

import json
from dataclasses import MISSING, dataclass, is_dataclass, replace
from dataclasses import fields as fields_of_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import fields

from antiphon.providers.protocol import Hook, HookKind, Identity, OutgoingText, SourceSettings

CAPTURES = Path(__file__).parent / "captures"
RECEIVED_AT = datetime(2026, 3, 24, 10, 2, 15, tzinfo=UTC)
SECRETS = ("product-token-of-north", "notice-token-now", "notice-token-before")

NORTH = SourceSettings(
    account_id=1, id=7, app="", product_token=SECRETS[0], notice_tokens=SECRETS[1:], numbers=("+3197000004410",), home_region="NL"
)


@dataclass(frozen=True)
class Capture:
    """One file: the app it belongs to, its name, and what it holds."""

    app: str
    name: str
    record: dict[str, Any]

    @property
    def source(self) -> SourceSettings:
        """Return the settings under which it is read."""
        return replace(NORTH, app=self.app, **self.record.get("source", {}))

    @property
    def body(self) -> bytes:
        """Return the body as it travels."""
        return self.record["raw"].encode() if "raw" in self.record else json.dumps(self.record["body"]).encode()

    @property
    def hook(self) -> Hook:
        """Return the webhook as the edge would hand it over."""
        return hook(HookKind(self.record["kind"]), self.body)

    @property
    def texts(self) -> list[OutgoingText]:
        """Return the texts of a send."""
        return [OutgoingText(**text) for text in self.record["texts"]]


def hook(kind: HookKind, body: bytes) -> Hook:
    """Return a webhook with this body."""
    return Hook(kind=kind, body=body, headers={"content-type": "application/json"}, query="", received_at=RECEIVED_AT)


def captures(folder: str) -> list[Capture]:
    """Return every capture of every app in a folder: hooks, sends or answers."""
    paths = sorted(CAPTURES.glob(f"*/{folder}/*.json"))
    return [Capture(path.parts[-3], path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def told(fact: Any) -> dict[str, Any]:
    """Return a fact as a capture writes it: its kind, and each field that is not at its default."""
    written: dict[str, Any] = {"fact": type(fact).__name__} | plain(fact)
    identity: Identity | None = getattr(fact, "identity", None)
    if identity is not None:
        del written["identity"]
        if identity.window is not None:
            written["window_minutes"] = identity.window.total_seconds() / 60
    return written


def plain(value: Any) -> Any:
    """Return a struct or a dataclass as plain JSON values without its defaults."""
    if isinstance(value, msgspec.Struct):
        return _plain(value, {part.name: part.default for part in fields(value)})
    if is_dataclass(value):
        return _plain(value, {part.name: part.default for part in fields_of_dataclass(value)})
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(value: Any, defaults: dict[str, Any]) -> dict[str, Any]:
    given = {name: (getattr(value, name), default) for name, default in defaults.items()}
    return {name: plain(now) for name, (now, default) in given.items() if default in (MISSING, msgspec.NODEFAULT) or now != default}
