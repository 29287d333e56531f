"""Delivery reports on the line: matched to our answers or to notices, which only ever climb; what matches nothing waits."""

from collections.abc import Sequence
from uuid import UUID

from antiphon.conversations.delivery import raise_answers
from antiphon.events.types import Kind
from antiphon.events.verbs import touch
from antiphon.intake.decide import Match, Report, Targets, climbs, highest, match, reached
from antiphon.intake.passage import Passage
from antiphon.intake.types import NoticeFact, ReportFact
from antiphon.kit.db import columns, sql
from antiphon.providers.protocol import DeliveryState, topic
from antiphon.providers.registry import adapter_of

_HERE = "antiphon.intake"
_KINDS: dict[DeliveryState | None, Kind] = {DeliveryState.FAILED: Kind.NOTICE_FAILED, DeliveryState.DELIVERED: Kind.NOTICE_DELIVERED}


def match_reports(passage: Passage, reports: Sequence[ReportFact], notices: Sequence[NoticeFact]) -> None:
    """Match the batch's reports, and those that waited for its notices or references, and raise what they report on."""
    fresh = [
        Report(r.id, r.source_id, passage.people[r.phone], r.reference, r.state, r.reason, r.detail, r.received_at, r.dedupe_key)
        for r in reports
    ]
    waiting = _waiting(passage, [*notices, *reports])
    if not fresh and not waiting:
        return
    matches = match([*fresh, *waiting], _targets(passage, [*fresh, *waiting]))
    by_id = {matched.report.id: matched for matched in matches}
    _store(passage, reports, by_id)
    _settle(passage, [by_id[report.id] for report in waiting])
    _raise_notices(passage, matches)
    _raise_test_texts(passage, matches)
    passage.events += raise_answers(passage.db, passage.account_id, highest(matches, by="answer_id"), tally=passage.tally)


def _waiting(passage: Passage, facts: Sequence[NoticeFact | ReportFact]) -> list[Report]:
    if not facts or not passage.are_reports_waiting:
        return []
    who = {(fact.source_id, passage.people[fact.phone]) for fact in facts}
    found = passage.rows(
        sql(_HERE, "waiting_reports"), source_id=[source for source, _ in who], consumer_id=[consumer for _, consumer in who]
    )
    return [Report(*row) for row in found]


def _targets(passage: Passage, reports: Sequence[Report]) -> dict[UUID, Targets]:
    inferring = {source.id: not adapter_of(source.app).capabilities.notice_reports_carry_reference for source in passage.sources.values()}
    found = passage.rows(
        sql(_HERE, "report_targets"),
        **columns(reports, "id", "source_id", "consumer_id", "reference", "received_at"),
        is_inferred=[inferring[report.source_id] for report in reports],
    )
    return {row.id: Targets(row.answer_id, row.notice_id, row.recent_ids, row.test_text_id) for row in found}


def _store(passage: Passage, reports: Sequence[ReportFact], matches: dict[UUID, Match]) -> None:
    if not reports:
        return
    passage.run(
        sql(_HERE, "store_reports"),
        **columns(
            reports, "id", "arrival_id", "source_id", "reference", "state", "reason", "detail", "reported_at", "received_at", "dedupe_key"
        ),
        consumer_id=[passage.people[report.phone] for report in reports],
        answer_id=[matches[report.id].answer_id for report in reports],
        notice_id=[matches[report.id].notice_id for report in reports],
        is_waiting=[not matches[report.id].is_about_something for report in reports],
    )


def _settle(passage: Passage, matches: Sequence[Match]) -> None:
    found = [matched for matched in matches if matched.is_about_something]
    if found:
        passage.run(sql(_HERE, "settle_reports"), id=[matched.report.id for matched in found], **columns(found, "answer_id", "notice_id"))


def _raise_notices(passage: Passage, matches: Sequence[Match]) -> None:
    best = highest(matches, by="notice_id")
    if not best:
        return
    before = {row.id: row for row in passage.rows(sql(_HERE, "notice_states"), ids=list(best))}
    raised = {notice_id: report for notice_id, report in best.items() if climbs(report.state, over=before[notice_id].state)}
    passage.tally.changing("notice", list(raised))
    passage.run(
        sql(_HERE, "raise_notices"),
        id=list(best),
        state=[report.state if notice_id in raised else None for notice_id, report in best.items()],
        reason=[report.reason for report in best.values()],
        reference=[report.reference for report in best.values()],
        state_at=[report.received_at for report in best.values()],
    )
    for notice_id, report in raised.items():
        kind = _KINDS.get(reached(report.state, over=before[notice_id].state))
        if kind:
            passage.tell(
                kind, f"notice:{notice_id}", report.received_at, report.received_at, notice=str(notice_id),
                consumer=str(report.consumer_id), source=report.source_id, campaign=before[notice_id].counted_campaign_id,
                reason=report.reason,
            )  # fmt: skip


def _raise_test_texts(passage: Passage, matches: Sequence[Match]) -> None:
    reported = [matched for matched in matches if matched.test_text_id]
    if not reported:
        return
    raised = passage.rows(
        sql(_HERE, "raise_test_texts"),
        id=[matched.test_text_id for matched in reported],
        **columns([matched.report for matched in reported], "state", "reason", "detail", "received_at"),
    )
    for source_id in {row.source_id for row in raised}:
        touch(passage.db, passage.account_id, topic(source_id))
