"""What does not depend on order (docs/attribution.md): the same webhooks, in any order and any batches, leave the same state."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from antiphon.kit.db import account, rows
from antiphon.metrics.recount import differences
from antiphon.providers.models import Source
from antiphon.providers.verbs import ignore_campaign, settings_of
from tests.kit.deliver import Deliver
from tests.kit.world import Tenant
from tests.line.orders import State, Steps, Webhook, clones, every_order, states, tell

EDGE = datetime(2026, 3, 24, 12, tzinfo=UTC)
"""Midnight in Fiji: where C1's frame ends and C2's begins."""
SECOND, MINUTE, HOUR, TINY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(microseconds=1)
TOGETHER = 60
OTHER_NUMBER = "+3197000004499"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _campaigns(north: Tenant) -> None:
    north.campaign("Ends", entry_points=["C1"], frame=("2026-03-20", "2026-03-24"), time_zone="Pacific/Fiji", skill="sales", language="nl")
    north.campaign("Begins", entry_points=["C2"], frame=("2026-03-25", None), time_zone="Pacific/Fiji", note="From now on", language="en")
    north.campaign("Number", entry_points=[OTHER_NUMBER], frame=("2026-03-20", "2026-03-24"), time_zone="Pacific/Fiji", goal="conversation")
    north.campaign("Rests", entry_points=["C3"], frame=("2026-03-01", None), state="paused")
    ignore_campaign(north.id, north.source.id, "C8", actor="command", at=EDGE)
    Source.objects.filter(account_id=north.id).update(look_back_days=1)
    north.source.refresh_from_db()


Outcomes = Callable[[Sequence[Webhook], Sequence[Steps]], dict[str, State]]


@pytest.fixture
def outcomes(north: Tenant, deliver: Deliver) -> Outcomes:
    """Tell a story in many orders, take it all back, and return what was stored of each clone."""

    def told(story: Sequence[Webhook], orders: Sequence[Steps]) -> dict[str, State]:
        found: dict[str, State] = {}
        phones = clones(story, len(orders), settings=settings_of(north.source))
        for start in range(0, len(orders), TOGETHER):
            with account(north.id) as db:
                rows(db, "set local enable_seqscan = off")  # as on tables that are large and analysed
                tell(deliver, story, dict(zip(phones[start : start + TOGETHER], orders[start : start + TOGETHER], strict=True)))
                found |= states(db, north.id, phones[start : start + TOGETHER])
                assert differences(db, north.id) == []
                transaction.set_rollback(True)
        return found

    return told


def check(found: dict[str, State], orders: Sequence[Steps], *, but: str = "") -> None:
    """Compare every clone with the first; `but` names what need not be equal."""
    (phone, first), *others = found.items()
    assert first["replies"] or first["notices"] or first["reports"] or first["opt-outs"], phone
    for (_, state), steps in zip(others, orders[1:], strict=True):
        for what in first.keys() | state.keys():
            assert what == but or state[what] == first[what], f"{what} differ between {orders[0]} and {steps}"


def spread(orders: list[Steps], wanted: int) -> list[Steps]:
    """Return some of many, evenly."""
    return orders[:: max(1, len(orders) // wanted)]


def test_every_permutation_of_two_broadcasts_and_what_comes_back(outcomes: Outcomes, deliver: Deliver) -> None:
    story: list[Webhook] = [
        lambda phone: deliver.notice_post(phone, "C1", at=EDGE - 30 * MINUTE, text="first"),
        lambda phone: deliver.notice_post(phone, "C2", at=EDGE + 5 * MINUTE, text="second"),
        lambda phone: deliver.reply_post(phone, "a", at=EDGE + 3 * MINUTE, replied_at=EDGE - SECOND),
        lambda phone: deliver.reply_post(phone, "b", at=EDGE + 2 * MINUTE, replied_at=EDGE - SECOND, to=OTHER_NUMBER),
        lambda phone: deliver.reply_post(phone, "STOP", at=EDGE + 8 * MINUTE, replied_at=EDGE),
        lambda phone: deliver.reply_post(phone, "c", at=EDGE + 9 * MINUTE, replied_at=EDGE, campaign="C1"),
    ]
    every = list(every_order(len(story)))
    orders = [steps for steps in every if len(set(steps)) == len(story)] + spread(every, 60)
    assert len(orders) >= 780
    check(outcomes(story, orders), orders)


def test_many_orders_and_batchings_of_a_notice_its_reports_and_an_opt_out(outcomes: Outcomes, deliver: Deliver) -> None:
    story: list[Webhook] = [
        lambda phone: deliver.notice_post(phone, "C1", at=EDGE, text="only"),
        lambda phone: deliver.report_post(phone, "ref", code=0, at=EDGE - 11 * MINUTE),
        lambda phone: deliver.report_post(phone, "ref", code=2, at=EDGE - 10 * MINUTE),
        lambda phone: deliver.reply_post(phone, "a", at=EDGE + MINUTE, replied_at=EDGE - 10 * MINUTE, to=OTHER_NUMBER),
        lambda phone: deliver.opt_out_post(phone, at=EDGE + 2 * MINUTE, opted_at=EDGE, scope="number", sender=OTHER_NUMBER),
        lambda phone: deliver.reply_post(phone, "b", at=EDGE + 3 * MINUTE, replied_at=EDGE - MINUTE),
    ]
    orders = spread(list(every_order(len(story))), 240)
    assert len(orders) >= 240
    check(outcomes(story, orders), orders)


@dataclass(frozen=True)
class Said:
    """A webhook of a drawn story: which of `Deliver`'s, with what. `copies` is the place of what it is a copy of."""

    post: str
    words: dict[str, Any]
    copies: int | None = None

    def webhook(self, deliver: Deliver) -> Webhook:
        return lambda phone: getattr(deliver, self.post)(phone, **self.words)


NEAR = st.sampled_from([timedelta(0), TINY, -TINY, SECOND, -SECOND])
INSTANTS = st.one_of(
    st.sampled_from([EDGE - 12 * HOUR, EDGE + 12 * HOUR]),
    st.builds(
        lambda around, near: EDGE + around + near,
        st.sampled_from([-20 * MINUTE, -10 * MINUTE, -2 * MINUTE, timedelta(0), 2 * MINUTE, 10 * MINUTE, HOUR]),
        NEAR,
    ),
)
DELAYS = st.sampled_from([timedelta(0), SECOND, -2 * MINUTE, 10 * MINUTE, 3 * HOUR])
CAMPAIGNS = ["C1", "C2", "C3", "C8", "C9", ""]


def received(replied_at: datetime, delay: timedelta) -> datetime:
    """Return when a reply comes in: within the same 24 hours."""
    return min(max(replied_at + delay, EDGE - 12 * HOUR), EDGE + 12 * HOUR)


@st.composite
def stories(draw: st.DrawFn) -> list[Said]:
    """Draw three to seven webhooks about one consumer, aimed at the edges, within the limits of the promise."""
    kinds = draw(
        st.lists(st.sampled_from(["notice", "reply", "reply", "reply", "stop", "opt_out", "report", "copy"]), min_size=3, max_size=7)
    )
    has_reports = "report" in kinds
    story: list[Said] = []
    for place, kind in enumerate(kinds):
        if kind == "copy" and story:
            story.append(draw(copies(story)))
        elif kind == "report" and not any(said.post == "notice_post" for said in story):
            story.append(draw(notices(place)))
        elif kind == "notice" and has_reports and any(said.post == "notice_post" for said in story):
            story.append(draw(replies(place)))
        else:
            story.append(draw({"notice": notices, "stop": stops, "opt_out": opt_outs, "report": reports}.get(kind, replies)(place)))
    return story


def notices(place: int) -> st.SearchStrategy[Said]:
    sender = st.sampled_from([None, OTHER_NUMBER])
    words = st.fixed_dictionaries({"at": INSTANTS, "campaign": st.sampled_from(CAMPAIGNS), "sender": sender, "text": st.just(f"n{place}")})
    return st.builds(Said, st.just("notice_post"), words)


def replies(place: int) -> st.SearchStrategy[Said]:
    to, campaign = st.sampled_from([None, OTHER_NUMBER]), st.sampled_from([None, None, *CAMPAIGNS])
    timed = st.builds(
        lambda replied_at, delay, to, campaign: Said(
            "reply_post",
            {"text": f"r{place}", "replied_at": replied_at, "at": received(replied_at, delay), "to": to, "campaign": campaign},
        ),
        INSTANTS, DELAYS, to, campaign,
    )  # fmt: skip
    words = st.fixed_dictionaries({"at": INSTANTS, "campaign": st.sampled_from(CAMPAIGNS), "text": st.just(f"r{place}")})
    return st.one_of(timed, timed, st.builds(Said, st.just("old_reply_post"), words))


def stops(place: int) -> st.SearchStrategy[Said]:
    text = ["STOP", "stop.", "Stop!", "(stop)", "stoppen", "afmelden", "Unsubscribe"][place]
    return replies(place).map(lambda said: Said(said.post, said.words | {"text": text}))


def opt_outs(_place: int) -> st.SearchStrategy[Said]:
    return st.builds(
        lambda opted_at, delay, kind, scope, sender: Said(
            "opt_out_post", {"opted_at": opted_at, "at": received(opted_at, delay), "kind": kind, "scope": scope, "sender": sender}
        ),
        INSTANTS, DELAYS, st.sampled_from(["opt_out", "opt_out", "opt_in"]), st.sampled_from(["source", "number", "account"]),
        st.sampled_from([OTHER_NUMBER, "+3197000004410"]),
    )  # fmt: skip


def reports(place: int) -> st.SearchStrategy[Said]:
    """Draw a report; its error code keeps it from being a copy of another, drawn beside it."""
    words = {"at": INSTANTS, "code": st.sampled_from([0, 1, 2, 4]), "reference": st.just("ref"), "error": st.just(f"4{place}")}
    return st.builds(Said, st.just("report_post"), st.fixed_dictionaries(words))


@st.composite
def copies(draw: st.DrawFn, story: list[Said]) -> Said:
    """Draw a copy: of what is keyed by window it comes later, of a report at the same instant, all of them on one UTC day.

    Which copy is the first one processed decides when the fact was received: the day a conversation starts, what a report is about.
    """
    place = draw(st.integers(0, len(story) - 1))
    while story[place].copies is not None:
        place = story[place].copies or 0
    said = story[place]
    delay = timedelta(0) if said.post == "report_post" else draw(st.sampled_from([timedelta(0), SECOND, 5 * MINUTE]))
    received_at = said.words["at"] + delay
    is_within = received_at.date() == said.words["at"].date() and received_at <= EDGE + 12 * HOUR
    return Said(said.post, said.words | {"at": received_at if is_within else said.words["at"]}, copies=place)


@st.composite
def stories_in_orders(draw: st.DrawFn) -> tuple[list[Said], list[Steps]]:
    """Draw a story, and orders to tell it in: all at once, as received, and ten others."""
    story = draw(stories())
    as_received = sorted(range(len(story)), key=lambda place: (story[place].words["at"], place))
    drawn = draw(st.lists(st.tuples(*[st.integers(0, len(story) - 1)] * len(story)), min_size=10, max_size=10))
    orders = [(0,) * len(story), tuple(as_received.index(place) for place in range(len(story))), *drawn]
    return story, [in_turn(story, steps) for steps in orders]


def in_turn(story: list[Said], steps: Steps) -> Steps:
    """Let copies of what is keyed by window come no sooner than what they are copies of, and close gaps."""
    held: list[int] = []
    for place, said in enumerate(story):
        is_windowed = said.post in {"notice_post", "old_reply_post"}
        before = [held[other] for other in range(place) if said.copies is not None and said.copies in (other, story[other].copies)]
        held.append(max([steps[place], *before]) if is_windowed else steps[place])
    return tuple(sorted(set(held)).index(step) for step in held)


@given(drawn=stories_in_orders())
@settings(
    max_examples=int(os.environ.get("ORDER_EXAMPLES", "25")),
    deadline=None,
    derandomize="ORDER_EXAMPLES" not in os.environ,
    database=None,
    phases=tuple(Phase) if "ORDER_EXAMPLES" in os.environ else (Phase.explicit, Phase.generate),  # to shrink takes minutes
    suppress_health_check=list(HealthCheck),
)
def test_any_story_in_any_order(drawn: tuple[list[Said], list[Steps]], outcomes: Outcomes, deliver: Deliver) -> None:
    story, orders = drawn
    has_copies = any(said.copies is not None for said in story)
    check(outcomes([said.webhook(deliver) for said in story], orders), orders, but="receipts" if has_copies else "")
