"""Notices on the line: stored with what they are counted under; a broadcast is told of once."""

from collections.abc import Sequence

from antiphon.attribution.types import Claim, Unclaimed
from antiphon.attribution.verbs import claims
from antiphon.events.types import Kind
from antiphon.intake.passage import Passage
from antiphon.intake.types import NoticeFact
from antiphon.kit.db import columns, sql
from antiphon.kit.ids import text
from antiphon.metrics.contributions import Under, of_notice

_HERE = "antiphon.intake"


def store_notices(passage: Passage, notices: Sequence[NoticeFact]) -> None:
    """Store notices, counted under what claims them; those of ignored external campaigns are stored and not counted."""
    if not notices:
        return
    ignored = {(row.source_id, row.campaign_key) for row in passage.rows(sql(_HERE, "ignored"))} if passage.are_some_ignored else set()
    is_counted = [(notice.source_id, notice.campaign_key) not in ignored for notice in notices]
    claimed = _claimed(passage, notices, is_counted)
    passage.run(
        sql(_HERE, "store_notices"),
        **columns(
            notices, "id", "arrival_id", "source_id", "external_campaign", "campaign_key", "sender", "sender_key", "text", "sent_at",
            "sent_at_is_receipt", "received_at", "dedupe_key", "reference",
        ),
        consumer_id=[passage.people[notice.phone] for notice in notices],
        is_counted=is_counted,
        **counted_columns(claimed),
    )  # fmt: skip
    for notice, counts, claim in zip(notices, is_counted, claimed, strict=True):
        if counts:
            passage.tally.contributed(of_notice(sent_at=notice.sent_at, source_id=notice.source_id, under=under(claim)))
    _tell(passage, notices, claimed)


def under(claim: Claim | None) -> Under:
    """Return a claim as counting takes it."""
    return None if claim is None else (claim.campaign_id, claim.engagement_id, claim.entry_point_id, claim.skill_id, claim.language)


def counted_columns(claimed: Sequence[Claim | None]) -> dict[str, list[object]]:
    """Return the arrays of what facts are counted under; None is nothing."""
    return {
        "counted_campaign_id": [claim.campaign_id if claim else None for claim in claimed],
        "counted_engagement_id": [claim.engagement_id if claim else None for claim in claimed],
        "counted_entry_point_id": [claim.entry_point_id if claim else None for claim in claimed],
        "counted_skill_id": [claim.skill_id if claim else None for claim in claimed],
        "counted_language": [claim.language if claim else "" for claim in claimed],
    }


def _claimed(passage: Passage, notices: Sequence[NoticeFact], is_counted: Sequence[bool]) -> list[Claim | None]:
    asked = [
        Unclaimed(source_id=notice.source_id, campaign_key=notice.campaign_key, number_key=notice.sender_key, at=notice.sent_at)
        for notice, counted in zip(notices, is_counted, strict=True)
        if counted
    ]
    found = iter(claims(passage.db, passage.account_id, asked) if asked else ())
    return [next(found) if counted else None for counted in is_counted]


def _tell(passage: Passage, notices: Sequence[NoticeFact], claimed: Sequence[Claim | None]) -> None:
    first = _first_of_their_broadcast(passage, notices)
    for notice, claim in zip(notices, claimed, strict=True):
        if notice.id in first:
            passage.tell(
                Kind.BROADCAST_STARTED, f"broadcast:{notice.source_id}:{notice.campaign_key}", notice.sent_at, notice.received_at,
                source=notice.source_id, external_campaign=notice.external_campaign, sender=notice.sender,
            )  # fmt: skip
        passage.tell_of(
            notice.id, Kind.NOTICE_SENT, f"notice:{text(notice.id)}", notice.sent_at, notice.received_at,
            notice=notice.id, consumer=passage.people[notice.phone], source=notice.source_id,
            external_campaign=notice.external_campaign, sender=notice.sender,
            campaign=claim.campaign_id if claim else None, engagement=claim.engagement_id if claim else None,
            entry_point=claim.entry_point_id if claim else None,
        )  # fmt: skip


def _first_of_their_broadcast(passage: Passage, notices: Sequence[NoticeFact]) -> set[object]:
    first: dict[tuple[int, str], NoticeFact] = {}
    for notice in notices:
        if notice.campaign_key:
            first.setdefault((notice.source_id, notice.campaign_key), notice)
    if not first:
        return set()
    heard = passage.rows(
        sql(_HERE, "store_broadcasts"),
        **columns(list(first.values()), "source_id", "campaign_key", "external_campaign", "sender", "text", "received_at"),
    )
    return {first[row.source_id, row.campaign_key].id for row in heard}
