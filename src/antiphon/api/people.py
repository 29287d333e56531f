"""People and what belongs to them: roles, skills, invitations, canned answers, API keys."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from antiphon.accounts import canned, invitations, people, stamps, verbs
from antiphon.accounts.models import ApiKey, CannedAnswer, Membership
from antiphon.api import versions
from antiphon.api.access import May, caller_of
from antiphon.api.changes import kept
from antiphon.api.lists import Page, PagingQuery, by_id
from antiphon.config.env import current
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.routing.leaving import shut_out

router = Router(tags=["people"])


class PersonOut(Schema):
    """A person of the account; `id` is what `agent` means elsewhere."""

    id: int
    name: str
    role: str
    is_active: bool
    capacity: int
    skills: list[int]


class PersonChange(Schema):
    """What changes of a person; what is left out stays. `skills` are all they have afterwards."""

    model_config = ConfigDict(extra="forbid")
    name: str = kept(max_length=100)
    role: str = kept()
    capacity: int = kept(ge=1, le=people.MOST_CAPACITY)
    skills: list[int] = kept(max_length=1000)
    is_active: bool = kept()


class InvitationIn(Schema):
    """Who is invited, and as what."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=254)
    name: str = Field(max_length=100)
    role: str
    skills: list[int] = Field(default_factory=list, max_length=1000)


class InvitationOut(Schema):
    """An invitation; `link` is told this once and works once."""

    id: int
    email: str
    role: str
    expires_at: datetime
    link: str


class CannedAnswerOut(Schema):
    """A text that agents insert by its shortcut; without a skill or language it is for all."""

    id: int
    shortcut: str
    name: str
    text: str
    skill: int | None = Field(validation_alias="skill_id")
    language: str


class CannedAnswerIn(Schema):
    """A new canned answer."""

    model_config = ConfigDict(extra="forbid")
    shortcut: str = Field(max_length=33)
    name: str = Field(max_length=100)
    text: str = Field(max_length=canned.LONGEST)
    skill: int | None = None
    language: str = Field("", max_length=16)


class CannedAnswerChange(Schema):
    """What changes of a canned answer; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    shortcut: str = kept(max_length=33)
    name: str = kept(max_length=100)
    text: str = kept(max_length=canned.LONGEST)
    skill: int | None = None
    language: str = kept(max_length=16)


class ApiKeyOut(Schema):
    """An API key, never its secret."""

    id: int
    name: str
    role: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@router.get("people", response=Page[PersonOut], auth=May("people.read"), summary="List people")
def list_people(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Who may be named as `agent`."""
    found = Membership.objects.filter(account_id=caller_of(request).account_id).prefetch_related("skills")
    return by_id(found, paging, _person)


@router.get("people/{int:person_id}", response=PersonOut, auth=May("people.read"), summary="One person")
def one_person(request: HttpRequest, response: HttpResponse, person_id: int) -> dict[str, Any]:
    """With an ETag of what may be changed."""
    return _tagged_person(people.person_in(caller_of(request).account_id, person_id), response)


@router.patch("people/{int:person_id}", response=PersonOut, auth=May("people.write"), summary="Change a person")
def edit_person(request: HttpRequest, response: HttpResponse, person_id: int, payload: PersonChange) -> dict[str, Any]:
    """With `is_active` false they are shut out at once: every session ends, their conversations go back to the queues."""
    caller, at, expected = caller_of(request), clock.now(), versions.expected_stamp(request)
    changes = payload.dict(exclude_unset=True)
    is_active = changes.pop("is_active", None)
    with account(caller.account_id):
        people.edit_person(caller.account_id, person_id, changes, actor=caller.actor, at=at, expected=expected)
        if is_active is not None:
            turn = people.enable if is_active else shut_out
            turn(caller.account_id, person_id, actor=caller.actor, at=at)
        return _tagged_person(people.person_in(caller.account_id, person_id), response)


@router.post("invitations", response={201: InvitationOut}, auth=May("people.write"), summary="Invite a person")
def invite(request: HttpRequest, payload: InvitationIn) -> Status[dict[str, Any]]:
    """The link is in this answer and nowhere else; nothing is sent."""
    caller = caller_of(request)
    made = invitations.invite(caller.account_id, **payload.dict(), actor=caller.actor, at=clock.now())
    link = f"{current().site_url}{reverse('invitation', args=[made.secret])}"
    one = made.invitation
    return Status(201, {"id": one.pk, "email": one.email, "role": one.role, "expires_at": one.expires_at, "link": link})


@router.delete("invitations/{int:invitation_id}", response={204: None}, auth=May("people.write"), summary="Revoke an invitation")
def revoke_invitation(request: HttpRequest, invitation_id: int) -> Status[None]:
    """Its link works no more."""
    caller = caller_of(request)
    invitations.revoke(caller.account_id, invitation_id, actor=caller.actor, at=clock.now())
    return Status(204, None)


@router.get("canned-answers", response=Page[CannedAnswerOut], auth=May("skills.read"), summary="List canned answers")
def list_canned_answers(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Texts that agents insert."""
    return by_id(CannedAnswer.objects.filter(account_id=caller_of(request).account_id), paging, _same)


@router.post("canned-answers", response={201: CannedAnswerOut}, auth=May("canned_answers.write"), summary="Add a canned answer")
def add_canned_answer(request: HttpRequest, payload: CannedAnswerIn) -> Status[CannedAnswer]:
    """A shortcut is there once per language."""
    caller = caller_of(request)
    return Status(201, canned.add_canned_answer(caller.account_id, _named(payload.dict()), actor=caller.actor, at=clock.now()))


@router.get("canned-answers/{int:canned_answer_id}", response=CannedAnswerOut, auth=May("skills.read"), summary="One canned answer")
def one_canned_answer(request: HttpRequest, response: HttpResponse, canned_answer_id: int) -> CannedAnswer:
    """With an ETag of what may be changed."""
    return _tagged_answer(canned.canned_answer_in(caller_of(request).account_id, canned_answer_id), response)


@router.patch(
    "canned-answers/{int:canned_answer_id}", response=CannedAnswerOut, auth=May("canned_answers.write"), summary="Change a canned answer"
)
def edit_canned_answer(request: HttpRequest, response: HttpResponse, canned_answer_id: int, payload: CannedAnswerChange) -> CannedAnswer:
    """Answers that were sent stay as they are."""
    caller, changes, expected = caller_of(request), _named(payload.dict(exclude_unset=True)), versions.expected_stamp(request)
    answer = canned.edit_canned_answer(caller.account_id, canned_answer_id, changes, actor=caller.actor, at=clock.now(), expected=expected)
    return _tagged_answer(answer, response)


@router.delete(
    "canned-answers/{int:canned_answer_id}", response={204: None}, auth=May("canned_answers.write"), summary="Remove a canned answer"
)
def remove_canned_answer(request: HttpRequest, canned_answer_id: int) -> Status[None]:
    """Answers that were sent stay."""
    caller = caller_of(request)
    canned.remove_canned_answer(caller.account_id, canned_answer_id, actor=caller.actor, at=clock.now())
    return Status(204, None)


@router.get("api-keys", response=Page[ApiKeyOut], auth=May("api_keys.write"), summary="List API keys")
def list_api_keys(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """New keys are made by people, on the page or by command."""
    return by_id(ApiKey.objects.filter(account_id=caller_of(request).account_id), paging, _same)


@router.delete("api-keys/{int:key_id}", response={204: None}, auth=May("api_keys.write"), summary="Revoke an API key")
def revoke_api_key(request: HttpRequest, key_id: int) -> Status[None]:
    """It works no more from the next call on."""
    caller = caller_of(request)
    verbs.revoke_api_key(caller.account_id, key_id, actor=caller.actor, at=clock.now())
    return Status(204, None)


def _person(person: Membership) -> dict[str, Any]:
    skills = sorted(skill.id for skill in person.skills.all())
    return {name: getattr(person, name) for name in ("id", "name", "role", "is_active", "capacity")} | {"skills": skills}


def _tagged_person(person: Membership, response: HttpResponse) -> dict[str, Any]:
    versions.tagged(response, stamps.stamp(people.person_values(person)))
    return _person(person)


def _tagged_answer(answer: CannedAnswer, response: HttpResponse) -> CannedAnswer:
    versions.tagged(response, stamps.stamp(canned.canned_answer_values(answer)))
    return answer


def _same(row: Any) -> Any:
    return row


def _named(typed: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent under the names of the columns."""
    return {"skill_id" if name == "skill" else name: value for name, value in typed.items()}
