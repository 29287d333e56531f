"""How long an account keeps each kind of fact."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from antiphon.api.access import May, caller_of
from antiphon.kit import clock
from antiphon.privacy.retention import keep_for, retention

router = Router(tags=["retention"])


class KeptOut(Schema):
    """One kind of fact: kept for so many days, null for ever; `kept_from`: since when all of it is held, null when nothing went yet."""

    kind: str
    days: int | None
    kept_from: datetime | None


class KeptChange(Schema):
    """Days by kind, null for ever; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    arrivals: int | None = None
    notices: int | None = None
    conversations: int | None = None
    events: int | None = None
    webhook_log: int | None = None
    audit: int | None = None
    files: int | None = None


@router.get("retention", response=list[KeptOut], auth=May("account.write"), summary="How long everything is kept")
def read_retention(request: HttpRequest) -> list[Any]:
    """Every kind, defaults too."""
    return list(retention(caller_of(request).account_id))


@router.patch("retention", response=list[KeptOut], auth=May("account.write"), summary="Change how long kinds are kept")
def change_retention(request: HttpRequest, payload: KeptChange) -> list[Any]:
    """What is past its new time is deleted within the hour, for ever; counters stay."""
    caller = caller_of(request)
    return list(keep_for(caller.account_id, payload.dict(exclude_unset=True), actor=caller.actor, at=clock.now()))
