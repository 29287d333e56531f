"""Test texts: sent once, audited, never against an opt-out; neither their reports nor replies to them touch what broadcasts are told."""

from collections.abc import Iterator

import pytest

from antiphon.accounts.models import AuditEntry
from antiphon.conversations.models import Conversation
from antiphon.intake.models import DeliveryReport, Notice
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid
from antiphon.providers import models, test_texts, verbs
from antiphon.providers.transport import Broke, NotSent, Outcome, Transport
from tests.conversations.provider import Provider, providing
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, CLEO, Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with account(north.id):
        yield


def stored(north: Tenant, to: str = CLEO, text: str = "Does this arrive?", **more: str) -> models.TestText:
    return test_texts.send_test_text(north.id, north.source.id, to=to, text=text, actor=ACTOR, at=north.clock(), **more)


def sent(north: Tenant, provider: Provider, made: models.TestText) -> models.TestText:
    with Transport() as transport:
        test_texts.send_stored(north.id, made.pk, transport=transport, base_url=provider.url, now=north.clock)
    made.refresh_from_db()
    return made


def test_a_test_text_is_sent_once_with_our_mark(north: Tenant) -> None:
    made = stored(north)
    with providing() as provider:
        assert sent(north, provider, made).state == "sent"
        sent(north, provider, made)
        (text,) = provider.texts
    assert (text["body"]["content"], text["customGrouping3"], text["reference"]) == ("Does this arrive?", "antiphon-answer", made.reference)
    entry = AuditEntry.objects.get(action="source.test_text_sent")
    assert entry.detail == {"to": "…11", "from": north.number}
    assert CLEO not in str(entry.detail)


def test_what_the_provider_refuses_is_said(north: Tenant) -> None:
    made = stored(north)
    with providing() as provider:
        provider.code = 301
        said = sent(north, provider, made)
    assert (said.state, said.reason, said.detail) == ("failed", "invalid_sender", "301 told why")


class Line(Transport):
    """A transport on which every call ends as told."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome

    def call(self, call: object) -> Outcome:  # noqa: ARG002 - whatever is asked
        return self.outcome


@pytest.mark.parametrize(("outcome", "state"), [(Broke("ReadTimeout"), "unknown"), (NotSent("ConnectError"), "failed")])
def test_a_call_that_breaks_is_never_made_again(north: Tenant, outcome: Outcome, state: str) -> None:
    made = stored(north)
    with Line(outcome) as transport:
        test_texts.send_stored(north.id, made.pk, transport=transport, base_url="http://127.0.0.1:1", now=north.clock)
    made.refresh_from_db()
    assert (made.state, made.detail) == (state, outcome.detail)  # type: ignore[union-attr]
    with providing() as provider:
        assert sent(north, provider, made).state == state
        assert provider.texts == []


def test_its_report_is_not_taken_for_a_broadcasts(north: Tenant) -> None:
    deliver = Deliver(north)
    deliver.notice(CLEO, at=north.clock())
    made = stored(north)
    deliver.report(CLEO, made.reference, at=north.clock.forward(minutes=1))
    deliver.report(CLEO, made.reference, code=0, at=north.clock.forward(minutes=1))
    made.refresh_from_db()
    assert made.state == "delivered"
    assert Notice.objects.get(account_id=north.id).state == "unknown"
    assert not DeliveryReport.objects.filter(account_id=north.id, is_waiting=True).exists()
    deliver.report(CLEO, "of-the-broadcast", at=north.clock.forward(minutes=1))
    assert Notice.objects.get(account_id=north.id).state == "delivered"


def test_a_reply_to_it_is_attributed_as_if_it_carried_nothing(north: Tenant) -> None:
    north.campaign(entry_points=("C1",))
    deliver = Deliver(north)
    deliver.notice(CLEO, "C1", at=north.clock())
    made = stored(north)
    groupings = ["", "", "antiphon-answer"]
    deliver.reply(CLEO, at=north.clock.forward(minutes=1), reference=made.reference, groupings=groupings)
    assert Conversation.objects.get(account_id=north.id).verdict == "linked_by_campaign_id"


def test_nothing_is_sent_against_an_opt_out_or_through_a_silent_source(north: Tenant) -> None:
    deliver = Deliver(north)
    deliver.opt_out(CLEO, at=north.clock())
    with pytest.raises(Conflict, match="opted out"):
        stored(north)
    deliver.opt_in(CLEO, at=north.clock.forward(minutes=1))
    assert stored(north).state == "dispatching"
    verbs.pause(north.id, north.source.id, actor=ACTOR, at=north.clock())
    with pytest.raises(Conflict, match="paused"):
        stored(north)


def test_what_cannot_be_sent_is_refused_beside_its_field(north: Tenant) -> None:
    for field, given in {"to": {"to": "12345"}, "text": {"text": " "}, "sender": {"sender": "+31600000000"}}.items():
        with pytest.raises(Invalid) as refused:
            stored(north, **given)
        assert refused.value.field == field
    with account(north.id):
        assert not models.TestText.objects.exists()
