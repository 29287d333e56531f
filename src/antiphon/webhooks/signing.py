"""Signatures by the Standard Webhooks specification, version 1: the receiver checks that a delivery is ours and fresh."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a new secret: 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(body: bytes, *, event_id: str, at: datetime, keys: Sequence[str]) -> dict[str, str]:
    """Return the headers of one attempt: the event's id, now, and a signature by each secret that is valid."""
    stamp = str(int(at.timestamp()))
    signed = b".".join([event_id.encode(), stamp.encode(), body])
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
        "content-type": "application/cloudevents+json",
        "user-agent": "Antiphon",
    }


def _signature(key: str, signed: bytes) -> str:
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
