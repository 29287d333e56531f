"""Attribution: why a conversation is linked as it is, and what a reply would be linked to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from antiphon.api.access import May, caller_of
from antiphon.attribution.explain import ExplainedCandidate, ExplainedNotice, Explanation
from antiphon.attribution.verbs import dry_run, explain
from antiphon.conversations.models import Conversation
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.kit.problems import Invalid, Missing
from antiphon.providers.verbs import source_in

router = Router(tags=["attribution"])


class ConsideredOut(Schema):
    """A notice that was considered, and why it is, or is not, the one that is answered."""

    id: UUID
    external_campaign: str
    sender: str
    text: str
    sent_at: datetime
    reason: str
    sentence: str


class CandidateOut(Schema):
    """An engagement with a fitting entry point, and why it is, or is not, the one that is linked."""

    engagement: int
    engagement_number: int
    engagement_name: str
    engagement_version: int
    campaign: int
    campaign_name: str
    state: str
    starts_at: datetime
    ends_at: datetime | None
    entry_point: int
    entry_point_kind: str
    entry_point_value: str
    matches: str
    is_in_frame: bool
    reason: str
    sentence: str


class ExplanationOut(Schema):
    """A decision, with every notice and candidate and its own reason. Of no link, campaign, engagement and entry point are null."""

    verdict: str
    why: str
    found: str
    found_sentence: str
    campaign: int | None
    engagement: int | None
    engagement_version: int | None
    entry_point: int | None
    skill: int
    language: str
    note: str
    source: int
    to: str
    replied_at: datetime
    as_of: datetime
    notice: ConsideredOut | None
    notices: list[ConsideredOut]
    candidates: list[CandidateOut]


class StoredExplanationOut(ExplanationOut):
    """The decision on a conversation's opening reply; `agrees` is false where what it rested on has changed since."""

    conversation: UUID
    reply: UUID
    agrees: bool | None


class DryRunIn(Schema):
    """A reply that nobody wrote: from `phone`, to one of our numbers (left out: the first), at an instant (left out: now)."""

    model_config = ConfigDict(extra="forbid")
    source: int
    phone: str = Field(min_length=1, max_length=100)
    to: str | None = Field(default=None, max_length=100)
    at: datetime | None = None
    external_campaign: str | None = Field(default=None, max_length=200)


@router.post("attribution/dry-run", response=ExplanationOut, auth=May("attribution.try"), summary="What if this number replied")
def try_out(request: HttpRequest, payload: DryRunIn) -> dict[str, Any]:
    """Nothing is stored, and the number may be unknown."""
    account_id = caller_of(request).account_id
    if payload.at is not None and payload.at.tzinfo is None:
        raise Invalid("bad_time", "at needs its zone, such as 2026-03-24T10:00:00Z.", field="at")
    with account(account_id) as db:
        found = dry_run(
            db,
            account_id,
            source_id=payload.source,
            phone=payload.phone,
            to=payload.to or None,
            external_campaign=payload.external_campaign or "",
            replied_at=payload.at,
            at=clock.now(),
        )
    return _shown(account_id, found)


@router.get(
    "conversations/{uuid:conversation_id}/explanation",
    response=StoredExplanationOut,
    auth=May("conversations.read"),
    summary="Why a conversation is linked as it is",
)
def explain_conversation(request: HttpRequest, conversation_id: UUID) -> dict[str, Any]:
    """The decision on its opening reply, as of the instant it was made."""
    account_id = caller_of(request).account_id
    opening = Conversation.objects.filter(account_id=account_id, id=conversation_id).values_list("opening_reply_id", flat=True).first()
    if opening is None:
        raise Missing("not_found", "There is no such conversation in this account.")
    with account(account_id) as db:
        found = explain(db, account_id, opening)
    return _shown(account_id, found) | {"conversation": conversation_id, "reply": opening, "agrees": found.agrees}


def _shown(account_id: int, found: Explanation) -> dict[str, Any]:
    same = ("verdict", "why", "found", "found_sentence", "replied_at", "as_of")
    return (
        {name: getattr(found, name) for name in same}
        | _link(account_id, found)
        | {
            "source": found.source_id,
            "to": found.to_number,
            "notice": found.notice and _notice(found.notice),
            "notices": [_notice(notice) for notice in found.notices],
            "candidates": [_candidate(candidate) for candidate in found.candidates],
        }
    )


def _link(account_id: int, found: Explanation) -> dict[str, Any]:
    """Return what the conversation takes from its link; without one, the source's skill and language."""
    linked = found.linked
    if linked is None:
        source = source_in(account_id, found.source_id)
        none = dict.fromkeys(("campaign", "engagement", "engagement_version", "entry_point"))
        return none | {"skill": source.default_skill_id, "language": source.default_language, "note": ""}
    return {
        "campaign": linked.campaign_id,
        "engagement": linked.engagement_id,
        "engagement_version": linked.engagement_version,
        "entry_point": linked.entry_point_id,
        "skill": linked.skill_id,
        "language": linked.language,
        "note": linked.note,
    }


def _notice(notice: ExplainedNotice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in ConsideredOut.model_fields}


def _candidate(candidate: ExplainedCandidate) -> dict[str, Any]:
    own = {"engagement": candidate.engagement_id, "campaign": candidate.campaign_id, "entry_point": candidate.entry_point_id}
    return own | {name: getattr(candidate, name) for name in CandidateOut.model_fields if name not in own}
