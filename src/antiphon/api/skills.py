"""Skills: what an agent must have to take a conversation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts import stamps, verbs
from antiphon.accounts.models import Skill
from antiphon.api import versions
from antiphon.api.access import May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.conversations.using import needs_skill
from antiphon.kit import clock

router = Router(tags=["skills"])


class SkillOut(Schema):
    """A skill; times in seconds, no `auto_close_seconds` is never, no `return_seconds` leaves conversations with who is away."""

    id: int
    name: str
    response_target_seconds: int
    auto_close_seconds: int | None
    return_seconds: int | None


class SkillIn(Schema):
    """A new skill."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    response_target_seconds: int = 900
    auto_close_seconds: int | None = 72 * 3600
    return_seconds: int | None = None


class SkillChange(Schema):
    """What changes of a skill; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept(max_length=100)
    response_target_seconds: int = kept()
    auto_close_seconds: int | None = None
    return_seconds: int | None = None


@router.get("skills", response=Page[SkillOut], auth=May("skills.read"), summary="List skills")
def list_skills(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Skills in use."""
    return by_id(Skill.objects.filter(account_id=caller_of(request).account_id, removed_at=None), paging, _same)


@router.post("skills", response={201: SkillOut}, auth=May("skills.write"), summary="Add a skill")
def add_skill(request: HttpRequest, payload: SkillIn) -> Status[Skill]:
    """A removed skill of the same name comes back."""
    caller = caller_of(request)
    return Status(201, verbs.create_skill(caller.account_id, actor=caller.actor, at=clock.now(), **payload.dict()))


@router.get("skills/{int:skill_id}", response=SkillOut, auth=May("skills.read"), summary="One skill")
def one_skill(request: HttpRequest, response: HttpResponse, skill_id: int) -> Skill:
    """With an ETag of what may be changed."""
    return _tagged(verbs.skill_in(caller_of(request).account_id, skill_id), response)


@router.patch("skills/{int:skill_id}", response=SkillOut, auth=May("skills.write"), summary="Change a skill")
def edit_skill(request: HttpRequest, response: HttpResponse, skill_id: int, payload: SkillChange) -> Skill:
    """Conversations that wait keep their due time."""
    caller, changes, expected = caller_of(request), payload.dict(exclude_unset=True), versions.expected_stamp(request)
    skill = verbs.edit_skill(caller.account_id, skill_id, changes, actor=caller.actor, at=clock.now(), expected=expected)
    return _tagged(skill, response)


@router.delete("skills/{int:skill_id}", response={204: None}, auth=May("skills.write"), summary="Remove a skill")
def remove_skill(request: HttpRequest, skill_id: int) -> Status[None]:
    """A skill that a source, a published engagement or an open conversation needs cannot be removed (409)."""
    caller = caller_of(request)
    used_by = needs_skill(caller.account_id, skill_id)
    verbs.remove_skill(caller.account_id, skill_id, used_by=used_by, actor=caller.actor, at=clock.now())
    return Status(204, None)


def _tagged(skill: Skill, response: HttpResponse) -> Skill:
    versions.tagged(response, stamps.stamp(verbs.skill_values(skill)))
    return skill


def _same(skill: Skill) -> Skill:
    return skill
