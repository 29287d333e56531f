"""Any history keeps counters, recount and reports equal: facts come, change, move with a link, are folded, in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiphon.kit.db import Database, account, rows
from antiphon.metrics.dictionary import METRICS, Linked, Unit
from antiphon.metrics.folding import fold
from antiphon.metrics.recount import counter_differences
from antiphon.metrics.report import report
from tests.metrics.facts import AT, Story, change, counted, new_account, store_story

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
CHANGES = {
    "failed": ("notice", "state = 'failed'"),
    "read": ("notice", "state = 'read'"),
    "ignored": ("notice", "is_counted = false"),
    "mapped": ("notice", "counted_campaign_id = 12, counted_engagement_id = 120"),
    "verdict": ("reply", "verdict = 'out_of_frame'"),
    "not_first": ("reply", "is_first_reply = false"),
    "sooner": ("reply", "seconds_to_reply = 0.5"),
    "never_accepted": ("answer", "is_accepted = false"),
    "in_time": ("answer", "is_overdue = false"),
    "answers_nothing": ("answer", "first_unanswered_at = null"),
    "answers_more": ("answer", "first_unanswered_at = first_unanswered_at - interval '7 min 0.25 s'"),
    "taken_back": ("conversion", "taken_back_at = now()"),
    "opted_in": ("opt_out", "is_out = false"),
    "reopened": ("conversation", "state = 'assigned', closed_at = null, closed_by = ''"),
    "unassigned": ("conversation", "assigned_at = null, assigned_skill_id = null, assigned_agent_id = null"),
    "started_sooner": ("conversation", "started_at = started_at - interval '20 min'"),
    "unanswered": ("conversation", "handled_at = null, interactive_at = null"),
    "goal": ("conversation", "goal_kind = 'conversation'"),
    "relinked": ("conversation", "campaign_id = 12, engagement_id = 120, entry_point_id = 1200, language = 'en'"),
    "unlinked": ("conversation", "campaign_id = null, engagement_id = null, entry_point_id = null, verdict = 'no_broadcast'"),
}
STEPS = st.one_of(
    st.tuples(st.just("story"), st.sampled_from([None, 11, 12])),
    st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 3)),
    st.tuples(st.just("fold"), st.none()),
)


def happen(north: int, stories: list[Story], what: str, which: int | None) -> None:
    """Let one thing happen, as the product does: taken out before, put in after, in one transaction."""
    if what == "story":
        stories.append(store_story(north, campaign=which, at=AT + timedelta(minutes=7 * len(stories)), seconds=60 * (len(stories) + 1)))
    elif what == "fold":
        with account(north) as db:
            fold(db, north)
    elif stories:
        kind, assignment = CHANGES[what]
        story = stories[(which or 0) % len(stories)]
        fact = getattr(story, kind)
        with counted(north) as (db, tally):
            tally.relinking([story.conversation.id])
            tally.changing(kind, [fact.id])
            change(db, kind, fact.id, assignment)


def from_facts(db: Database, north: int) -> dict[str, int]:
    """Return every counting metric straight from the facts."""
    found = rows(
        db,
        "select metric, engagement_id <> 0 as is_linked, sum(value) as n from contribution where account_id = %(id)s group by 1, 2",
        {"id": north},
    )
    told = {}
    for name, metric in METRICS.items():
        if metric.unit in {Unit.COUNT, Unit.SECONDS}:
            linked = {Linked.ANY: {True, False}, Linked.YES: {True}, Linked.NO: {False}}[metric.linked]
            told[name] = sum(int(row.n) for row in found if row.metric == metric.stored and row.is_linked in linked)
    return told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(STEPS, min_size=2, max_size=10), number=st.integers(0, 10**12))
def test_any_history_agrees_with_a_recount_and_a_report(history: Sequence[tuple[str, int | None]], number: int) -> None:
    north, stories = new_account(f"North {number} {datetime.now(UTC).timestamp()}"), list[Story]()
    happen(north, stories, "story", 11)
    for what, which in history:
        happen(north, stories, what, which)
        with account(north) as db:
            assert counter_differences(db, north) == []
    with account(north) as db:
        for by in ((), ("campaign", "verdict"), ("skill", "agent", "closed_by")):
            told = report(
                db,
                north,
                metrics=list(METRICS),
                by=by,
                start=AT - timedelta(days=9),
                end=AT + timedelta(days=9),
                time_zone="Asia/Kathmandu",
                grain="day",
            )
            expected = from_facts(db, north)
            assert {item.metric: item.count for item in told.totals if item.metric in expected} == expected
            for name in expected:
                assert sum(item.count for item in told.items if item.metric == name) == expected[name]
                assert sum(item.count for item in told.groups if item.metric == name) == expected[name]
