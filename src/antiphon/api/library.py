"""One entry point of the library: reading, changing, taking out."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.api.access import May, caller_of
from antiphon.api.changes import kept
from antiphon.api.engagements import EntryPointOut
from antiphon.campaigns import library
from antiphon.campaigns.models import EntryPoint
from antiphon.kit import clock

router = Router(tags=["entry points"])


class EntryPointWithUse(EntryPointOut):
    """An entry point, and the engagements that have it."""

    engagements: list[int]


class EntryPointChange(Schema):
    """What changes; what is left out stays. Another value of one that engagements have needs `confirmed`."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept(max_length=200)
    value: str = kept(max_length=2000)
    confirmed: bool = Field(default=False, description="the engagements that have it get the new value, each as a new version")


@router.get("entry-points/{int:entry_point_id}", response=EntryPointWithUse, auth=May("entry_points.read"), summary="An entry point")
def get_entry_point(request: HttpRequest, entry_point_id: int) -> dict[str, Any]:
    """With the engagements that have it, those of archived campaigns aside."""
    return _shown(library.entry_point_in(caller_of(request).account_id, entry_point_id))


@router.patch(
    "entry-points/{int:entry_point_id}", response=EntryPointWithUse, auth=May("entry_points.write"), summary="Change an entry point"
)
def edit_entry_point(request: HttpRequest, entry_point_id: int, payload: EntryPointChange) -> dict[str, Any]:
    """Another value is another entry point, which is answered; what was decided keeps the old one."""
    caller = caller_of(request)
    stored = library.entry_point_in(caller.account_id, entry_point_id)
    changes = {"name": stored.name, "value": stored.value} | payload.dict(exclude_unset=True, exclude={"confirmed"})
    edited = library.edit_entry_point(
        caller.account_id, entry_point_id, **changes, is_confirmed=payload.confirmed, actor=caller.actor, at=clock.now()
    )
    return _shown(edited)


@router.delete(
    "entry-points/{int:entry_point_id}",
    response={204: None},
    auth=May("entry_points.write"),
    summary="Remove an entry point",
)
def remove_entry_point(request: HttpRequest, entry_point_id: int) -> Status[None]:
    """409 while an engagement has it; what it found stays found."""
    caller = caller_of(request)
    library.remove_entry_point(caller.account_id, entry_point_id, actor=caller.actor, at=clock.now())
    return Status(204, None)


def _shown(entry_point: EntryPoint) -> dict[str, Any]:
    used = library.used_by(entry_point.account_id, entry_point.pk)
    same = {name: getattr(entry_point, name) for name in ("id", "kind", "value", "name")}
    return same | {"source": entry_point.source_id, "engagements": [engagement.pk for engagement in used]}
