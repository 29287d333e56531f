"""One story of webhooks told to many consumers at once, to each in an order of their own, and what is then stored of each.

A clone is a consumer who gets every webhook of the story, with the same times, in another order and other batches. All clones go
down the line together: as many orders as wanted cost no more statements than one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import Any

from antiphon.intake.normalise import facts_of
from antiphon.kit.db import Database, rows
from antiphon.kit.ids import uuid7
from antiphon.providers.protocol import Hook, SourceSettings
from antiphon.providers.registry import adapter_of
from tests.kit.deliver import Deliver, Post

Webhook = Callable[[str], Post]
"""A webhook of a story, for the phone of the clone that it is told about."""

Steps = tuple[int, ...]
"""In which batch each webhook of a story comes in."""

State = dict[str, list[tuple[Any, ...]]]


def every_order(webhooks: int) -> Iterator[Steps]:
    """Give every order of so many webhooks, in every way to cut it into batches."""
    for steps in product(range(webhooks), repeat=webhooks):
        if set(steps) == set(range(max(steps) + 1)):
            yield steps


def tell(deliver: Deliver, story: Sequence[Webhook], orders: Mapping[str, Steps]) -> None:
    """Deliver a story to every clone, by phone, in the order of their own."""
    for step in range(max(max(steps) for steps in orders.values()) + 1):
        posts = [webhook(phone) for phone, steps in orders.items() for webhook, own in zip(story, steps, strict=True) if own == step]
        deliver(*posts, together=True)


def clones(story: Sequence[Webhook], wanted: int, *, settings: SourceSettings) -> list[str]:
    """Return phones whose dedupe keys put facts of one instant in the same order: that order is theirs, not the delivery's."""
    phones = (f"+3168{number:07d}" for number in count())
    first = next(phones)
    tied = _tied(story, first, settings=settings)
    places = _places(tied, first, settings=settings)
    found = [first]
    while len(found) < wanted:
        phone = next(phones)
        if not tied or _places(tied, phone, settings=settings) == places:
            found.append(phone)
    return found


def _tied(story: Sequence[Webhook], phone: str, *, settings: SourceSettings) -> list[list[Webhook]]:
    groups: dict[object, list[Webhook]] = defaultdict(list)
    for webhook in story:
        fact = _fact(webhook(phone), settings=settings)
        instant = getattr(fact, "replied_at", None) or getattr(fact, "sent_at", None) or getattr(fact, "at", None)
        if instant:
            groups[type(fact), instant].append(webhook)
    return [group for group in groups.values() if len(group) > 1]


def _places(tied: Sequence[Sequence[Webhook]], phone: str, *, settings: SourceSettings) -> list[list[int]]:
    keys = [[_fact(webhook(phone), settings=settings).dedupe_key for webhook in group] for group in tied]
    return [sorted(range(len(group)), key=group.__getitem__) for group in keys]


def _fact(post: Post, *, settings: SourceSettings) -> Any:
    hook = Hook(post.kind, post.body, {}, "", post.received_at)
    parsed = adapter_of(settings.app).parse(hook, source=settings)
    found, reason = facts_of(parsed, arrival_id=uuid7(post.received_at), received_at=post.received_at, source=settings)
    assert not reason, reason
    return found[0].fact


def states(db: Database, account_id: int, phones: Sequence[str]) -> dict[str, State]:
    """Return what is stored of each clone, without ids: facts are named by their words and instants."""
    found: dict[str, State] = {phone: defaultdict(list) for phone in phones}
    for what, statement in _STATEMENTS.items():
        for row in rows(db, statement, {"account": account_id, "phones": list(phones)}):
            found[row.phone][what].append(tuple(row)[1:])
    return found


_NOTICE = "n.campaign_key || ' ' || n.text"
_COUNTED = "counted_campaign_id, f.counted_engagement_id, f.counted_entry_point_id, f.counted_skill_id, f.counted_language"
_OF_CLONES = "join consumer p on p.account_id = f.account_id and p.id = f.consumer_id and p.phone = any (%(phones)s::text[])"
_IN_ACCOUNT = "where f.account_id = %(account)s::bigint"

_STATEMENTS = {
    "notices": f"""
        select p.phone, f.campaign_key, f.text, f.sender_key, f.sent_at, f.state, f.reference, f.copies, f.is_counted, f.{_COUNTED}
        from notice f {_OF_CLONES} {_IN_ACCOUNT} order by f.text, f.campaign_key
    """,
    "replies": f"""
        select p.phone, f.text, f.replied_at, f.to_key, f.campaign_key, f.verdict, d.found, {_NOTICE} as notice, d.engagement_id,
            d.engagement_version, d.entry_point_id, f.is_first_reply, f.seconds_to_reply, f.copies, o.text as opening, f.{_COUNTED}
        from reply f {_OF_CLONES}
        join decision d on d.account_id = f.account_id and d.reply_id = f.id and d.superseded_at is null
        join conversation c on c.account_id = f.account_id and c.id = f.conversation_id
        join reply o on o.account_id = f.account_id and o.id = c.opening_reply_id
        left join notice n on n.account_id = f.account_id and n.id = f.notice_id
        {_IN_ACCOUNT} order by f.text
    """,
    "conversations": f"""
        select p.phone, o.text as opening, f.state, f.turn, f.leaving_at is not null as leaves, f.skill_id, f.first_skill_id, f.language,
            f.note, f.verdict, f.campaign_id, f.engagement_id, f.engagement_version, f.entry_point_id, {_NOTICE} as notice, f.goal_kind,
            f.last_replied_at
        from conversation f {_OF_CLONES}
        join reply o on o.account_id = f.account_id and o.id = f.opening_reply_id
        left join notice n on n.account_id = f.account_id and n.id = f.notice_id
        {_IN_ACCOUNT} order by 2
    """,
    "receipts": f"""
        select p.phone, f.started_at, f.waiting_since, f.due_at, f.last_at, f.last_text, f.last_to_number
        from conversation f {_OF_CLONES} {_IN_ACCOUNT} order by 2
    """,
    "opt-outs": f"""
        select p.phone, f.at, f.is_out, f.scope, f.number, f.how, f.text, f.copies, {_NOTICE} as notice, f.{_COUNTED}
        from opt_out f {_OF_CLONES} left join notice n on n.account_id = f.account_id and n.id = f.notice_id
        {_IN_ACCOUNT} order by f.at, f.is_out, f.scope, f.number, f.text
    """,
    "reports": f"""
        select p.phone, f.reference, f.state, f.reason, f.is_waiting, f.copies, {_NOTICE} as notice
        from delivery_report f {_OF_CLONES} left join notice n on n.account_id = f.account_id and n.id = f.notice_id
        {_IN_ACCOUNT} order by f.reference, f.state, f.reason
    """,
    "counts": " union all ".join(
        f"""
        select p.phone, v.metric, date_trunc('day', v.at, 'UTC') as day, v.campaign_type, v.campaign_id, v.engagement_id, v.entry_point_id,
            v.skill_id, v.language, v.verdict, v.band, sum(v.value) as value, sum(v.total) as total
        from {kind} f {_OF_CLONES} join contribution_of_{kind} v on v.account_id = f.account_id and v.fact_id = f.id
        {_IN_ACCOUNT} group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        """
        for kind in ("notice", "reply", "opt_out", "conversation")
    )
    + " order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
}
