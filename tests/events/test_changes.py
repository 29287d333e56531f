"""What streams tell: topics of events, and everything that waits for a slow reader as one change."""

import asyncio
from typing import Any

import pytest

from antiphon.accounts.models import Account
from antiphon.edge.hub import Stream
from antiphon.events import relay
from antiphon.events.changes import FAR_BEHIND, Change, changes
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit.clock import now
from antiphon.kit.db import account

_CONVERSATION = "019d1f2c-8c40-7b11-8a02-5f4e1d2c3b4a"


@pytest.mark.parametrize(
    ("kind", "subject", "content", "topics"),
    [
        (Kind.NOTICE_SENT, "notice:n", {"campaign": 5, "source": 3}, {"notice:n", "campaign:5", "source:3", "campaigns"}),
        (Kind.NOTICE_SENT, "notice:n", {"campaign": None}, {"notice:n", "campaigns"}),
        (
            Kind.REPLY_RECEIVED,
            f"conversation:{_CONVERSATION}",
            {"conversation": _CONVERSATION},
            {f"conversation:{_CONVERSATION}", "conversations"},
        ),
        (
            Kind.CONVERSATION_STARTED,
            f"conversation:{_CONVERSATION}",
            {"conversation": _CONVERSATION, "campaign": 5},
            {f"conversation:{_CONVERSATION}", "campaign:5", "conversations", "campaigns"},
        ),
        (
            Kind.CONVERSATION_RELINKED,
            "conversation:c",
            {"campaign": 5, "before": {"campaign": 4}},
            {"conversation:c", "campaign:5", "campaign:4", "conversations", "campaigns"},
        ),
        (Kind.CAMPAIGN_PAUSED, "campaign:5", {}, {"campaign:5", "campaigns"}),
    ],
)
@pytest.mark.django_db(databases=["default", "owner"])
def test_topics_of_an_event(kind: Kind, subject: str, content: dict[str, Any], topics: set[str]) -> None:
    north = Account.objects.create(name="North").pk
    with account(north) as db:
        record(db, north, [NewEvent(kind, subject, now(), content, now())])
        assert changes(db, north, after=0) == (0, [])
        relay.number(db, north)
        assert changes(db, north, after=0) == (1, [Change(1, kind, subject, frozenset(topics))])
        assert changes(db, north, after=1) == (1, [])
        assert changes(db, north, after=-FAR_BEHIND) == (1, None)


def _change(position: int, *topics: str) -> Change:
    return Change(position, "conversation.closed", f"conversation:{position}", frozenset(topics))


async def _told(stream: Stream) -> tuple[int, list[str]] | None:
    async with asyncio.timeout(0.05):
        heard = await stream.change()
    return (heard.position, heard.subjects) if heard else None


def test_a_slow_reader_is_told_everything_at_once_and_nothing_twice() -> None:
    async def run() -> None:
        stream = Stream(1, 7, frozenset({"conversations"}), position=10)
        stream.hear(12, [_change(10, "conversations"), _change(11, "conversations"), _change(12, "campaigns")])
        stream.hear(13, [_change(12, "conversations"), _change(13, "conversations")])
        assert await _told(stream) == (13, ["conversation:11", "conversation:13"])
        stream.hear(14, [_change(14, "campaigns")])
        with pytest.raises(TimeoutError):
            await _told(stream)
        stream.hear(9000, None)
        stream.hear(9001, [_change(9001, "conversations")])
        assert await _told(stream) == (9001, [])
        stream.end()
        assert await _told(stream) is None

    asyncio.run(run())


def test_more_subjects_than_can_be_named_are_everything() -> None:
    async def run() -> None:
        stream = Stream(1, 7, frozenset({"conversations"}), position=0)
        stream.hear(300, [_change(position, "conversations") for position in range(1, 301)])
        assert await _told(stream) == (300, [])
        stream.hear(301, [_change(301, "conversations")])
        assert await _told(stream) == (301, ["conversation:301"])

    asyncio.run(run())
