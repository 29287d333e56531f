"""Looking for conversations by anything: posted, so that no number stands in an address."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from antiphon.api.access import May, caller_of
from antiphon.api.conversations import ConversationOut, by_ids
from antiphon.api.lists import Page, cursor, read_cursor
from antiphon.attribution.types import Verdict
from antiphon.kit import clock
from antiphon.kit.db import account
from antiphon.search.verbs import OPEN, Sought, behind, find

router = Router(tags=["conversations"])


class SearchIn(Schema):
    """What is looked for; what is left out is anything. Times are of `started_at`, `to` is left out. `phone` is any part of a number."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field("", max_length=200)
    phone: str = Field("", max_length=40)
    state: Literal["open", "queued", "assigned", "closed"] | None = None
    skill: int | None = None
    agent: int | None = None
    campaign: int | None = None
    engagement: int | None = None
    entry_point: int | None = None
    source: int | None = None
    verdict: Verdict | None = None
    outcome: Literal["reached", "missed", "none"] | None = None
    overdue: bool = False
    from_: datetime | None = Field(None, alias="from")
    to: datetime | None = None
    cursor: str | None = Field(None, description="next of the page before")
    limit: int = Field(50, ge=1, le=200)


class SearchOut(Page[ConversationOut]):
    """A page of what was found. `count` goes to 1,000; `is_more` says that there are more. `behind`: changes not searched yet."""

    count: int
    is_more: bool
    behind: int


@router.post("conversations/searches", response=SearchOut, auth=May("conversations.read"), summary="Search conversations")
def search_conversations(request: HttpRequest, payload: SearchIn) -> dict[str, Any]:
    """By words in replies, answers and broadcasts, in the account's languages, and by any part of a number; newest first."""
    account_id = caller_of(request).account_id
    (after,) = read_cursor(payload.cursor, UUID) if payload.cursor else (None,)
    with account(account_id) as db:
        found = find(db, account_id, _sought(payload), after=after, limit=payload.limit, at=clock.now())
        items, late = by_ids(db, account_id, found.ids), behind(db, account_id)
    following = cursor([found.ids[-1]]) if found.has_next else None
    return {"items": items, "next": following, "count": found.count, "is_more": found.is_more, "behind": late}


def _sought(asked: SearchIn) -> Sought:
    same = ("skill", "agent", "campaign", "engagement", "entry_point", "source")
    states = {None: (), "open": OPEN}.get(asked.state, (str(asked.state),))
    return Sought(
        text=asked.text.replace("\0", "").strip(),
        phone=asked.phone.strip(),
        states=states,
        verdict=asked.verdict or "",
        outcome=asked.outcome or "",
        is_overdue=asked.overdue,
        since=asked.from_,
        until=asked.to,
        **{name: getattr(asked, name) for name in same},
    )
