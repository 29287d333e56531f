"""Drains the spool: what waited on disk goes the way of any webhook, with the time it came in."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from antiphon.edge.spool import Segment, Spooled, read
from antiphon.intake.arrivals import Arrived, arrived
from antiphon.intake.durable import make_durable
from antiphon.kit.db import Database
from antiphon.kit.failpoints import reach
from antiphon.measures import counting
from antiphon.providers.protocol import Forbidden, Hook, HookKind, SourceSettings

_log = structlog.get_logger(__name__)
_AT_MOST = 500


def drain(db: Database, segment: Segment, *, sources: Mapping[int, SourceSettings], clock: Callable[[], datetime]) -> bool:
    """Take every record of a segment in, in order; return whether all are committed, so that it may be deleted.

    Safe to repeat: arrivals that are stored are known by their id. Raises psycopg.OperationalError.
    """
    is_whole = True
    count = 0
    for group in read(segment, at_most=_AT_MOST):
        count += len(group)
        for account_id, batch in _by_account(group, sources).items():
            left = make_durable(db, account_id, batch, sources=sources, at=clock(), may_be_known=True)
            is_whole = is_whole and not left
            reach("drain.committed")
    counting.drained(count)
    _log.info("spool_drained", arrivals=count, bytes=segment.size, whole=is_whole)
    return is_whole


def _by_account(group: Sequence[Spooled], sources: Mapping[int, SourceSettings]) -> dict[int, list[Arrived]]:
    found: dict[int, list[Arrived]] = defaultdict(list)
    for one in group:
        found[one.account_id].append(_arrived(one, sources))
    return found


def _arrived(one: Spooled, sources: Mapping[int, SourceSettings]) -> Arrived:
    """Parse a record again. Its proof held when it was answered; if it does not now, it is kept, in quarantine."""
    source = sources.get(one.source_id)
    if source is None:
        return _kept(one, _gone(one), "its source is gone")
    hook = Hook(HookKind(one.kind), one.body, json.loads(one.headers), one.query, one.received_at)
    try:
        return arrived(hook, arrival_id=one.id, source=source, headers=one.headers)
    except Forbidden:
        return _kept(one, source, "its proof of origin no longer holds")


def _kept(one: Spooled, source: SourceSettings, reason: str) -> Arrived:
    return Arrived(one.id, one.account_id, source, one.kind, one.received_at, one.headers, one.query, one.body, [], reason)


def _gone(one: Spooled) -> SourceSettings:
    return SourceSettings(account_id=one.account_id, id=one.source_id, app="", product_token="", notice_tokens=(), numbers=())


def spooled(one: Arrived) -> Spooled:
    """Return an arrival as the spool keeps it."""
    return Spooled(one.id, one.account_id, one.source.id, one.kind, one.received_at, one.headers, one.query, one.body)
