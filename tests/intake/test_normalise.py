"""From what an adapter parsed to the facts of the line: numbers, keys, instants, stop words, what is not usable."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from antiphon.intake.normalise import LineFact, facts_of
from antiphon.intake.types import InstructionFact, NoticeFact, ReplyFact, ReportFact
from antiphon.providers.protocol import (
    DeliveryReported,
    DeliveryState,
    Echo,
    Identity,
    NoticeSent,
    OptedIn,
    OptedOut,
    OptOutScope,
    Parsed,
    Reason,
    ReplyReceived,
    SourceSettings,
    Unrecognised,
)
from antiphon.providers.stop_words import DEFAULT

NOW = datetime(2026, 3, 24, 10, 42, tzinfo=UTC)
ARRIVAL = UUID(int=7)
SOURCE = SourceSettings(account_id=1, id=7, app="cm", product_token="", notice_tokens=(), numbers=(), stop_words=DEFAULT)
SAME = Identity(("reply", "1"))
REPLY = ReplyReceived(SAME, phone="0031611111111", to="003197000004410", text="yes please", external_campaign=" C1 ")
NOTICE = NoticeSent(Identity(("notice", "1"), timedelta(hours=12)), phone="0031611111111", sender="Noordgarage", text="Time?")


def one(parsed: Parsed, source: SourceSettings = SOURCE) -> LineFact:
    found, reason = facts_of([parsed], arrival_id=ARRIVAL, received_at=NOW, source=source)
    assert not reason
    return found[0].fact


def why(parsed: Parsed) -> str:
    found, reason = facts_of([parsed], arrival_id=ARRIVAL, received_at=NOW, source=SOURCE)
    assert not found
    return reason


def test_a_reply_has_numbers_with_plus_folded_keys_and_its_arrivals_time_in_its_id() -> None:
    fact = one(REPLY)
    assert isinstance(fact, ReplyFact)
    assert (fact.phone, fact.to_number, fact.to_key) == ("+31611111111", "+3197000004410", "+3197000004410")
    assert (fact.external_campaign, fact.campaign_key) == ("C1", "c1")
    assert (fact.arrival_id, fact.source_id, fact.received_at) == (ARRIVAL, 7, NOW)
    assert fact.id.int >> 80 == int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, NOW),
        (NOW - timedelta(hours=1), NOW - timedelta(hours=1)),
        (NOW + timedelta(minutes=2), NOW + timedelta(minutes=2)),
        (NOW + timedelta(minutes=2, microseconds=1), NOW),
        (NOW - timedelta(days=32), NOW - timedelta(days=32)),
        (NOW - timedelta(days=32, microseconds=1), NOW),
    ],
)
def test_the_providers_time_counts_when_it_can_be_true(given: datetime | None, expected: datetime) -> None:
    fact = one(replace(REPLY, replied_at=given))
    assert isinstance(fact, ReplyFact)
    assert fact.replied_at == expected
    out = one(replace(REPLY, replied_at=given, text="STOP"))
    assert isinstance(out, InstructionFact)
    assert out.at == expected


@pytest.mark.parametrize(
    ("given", "expected", "is_receipt"),
    [
        (None, NOW, True),
        (NOW - timedelta(days=90), NOW - timedelta(days=90), False),
        (NOW + timedelta(minutes=2), NOW + timedelta(minutes=2), False),
        (NOW + timedelta(minutes=2, microseconds=1), NOW, True),
    ],
)
def test_a_notice_says_whether_its_time_is_only_receipt(given: datetime | None, expected: datetime, is_receipt: bool) -> None:
    fact = one(replace(NOTICE, sent_at=given))
    assert isinstance(fact, NoticeFact)
    assert (fact.sent_at, fact.sent_at_is_receipt) == (expected, is_receipt)
    assert (fact.sender, fact.sender_key) == ("Noordgarage", "noordgarage")


@pytest.mark.parametrize("text", ["stop", " STOP! ", "Afmelden.", "arrêt"])
def test_a_stop_word_alone_is_an_opt_out(text: str) -> None:
    fact = one(replace(REPLY, text=text, reference="r1"))
    assert isinstance(fact, InstructionFact)
    assert (fact.is_out, fact.how, fact.scope, fact.text) == (True, "stop_word", "source", text)
    assert (fact.to_key, fact.campaign_key, fact.reference) == ("+3197000004410", "c1", "r1")


def test_a_stop_word_in_a_sentence_is_a_hint_and_without_stop_words_not_even_that() -> None:
    hint = one(replace(REPLY, text="please stop calling, text me"))
    assert isinstance(hint, ReplyFact)
    assert hint.mentions_stop
    plain = one(replace(REPLY, text="stop"), dataclasses.replace(SOURCE, stop_words=frozenset()))
    assert isinstance(plain, ReplyFact)
    assert not plain.mentions_stop


def test_the_providers_flag_makes_any_text_an_opt_out() -> None:
    fact = one(replace(REPLY, opt_out=True, text="no more"))
    assert isinstance(fact, InstructionFact)
    assert fact.how == "provider_flag"


def test_an_opt_out_webhook_and_its_reversal() -> None:
    out = one(OptedOut(SAME, phone="0031611111111", scope=OptOutScope.NUMBER, number="Noordgarage"))
    back = one(OptedIn(SAME, phone="0031611111111", opted_in_at=NOW - timedelta(hours=1)))
    assert isinstance(out, InstructionFact)
    assert isinstance(back, InstructionFact)
    assert (out.is_out, out.how, out.scope, out.number, out.at) == (True, "webhook", "number", "Noordgarage", NOW)
    assert (back.is_out, back.scope, back.at) == (False, "source", NOW - timedelta(hours=1))


def test_a_delivery_report() -> None:
    reported = DeliveryReported(SAME, "0031611111111", "a" * 32, DeliveryState.FAILED, Reason.INVALID_NUMBER, "5 unknown subscriber")
    fact = one(reported)
    assert isinstance(fact, ReportFact)
    assert (fact.phone, fact.reference, fact.state, fact.reason) == ("+31611111111", "a" * 32, "failed", "invalid_number")


@pytest.mark.parametrize(
    ("parsed", "reason"),
    [
        (Unrecognised("not a JSON object"), "not a JSON object"),
        (replace(REPLY, phone="Noordgarage"), "the consumer's number is not a phone number"),
        (replace(REPLY, phone="1" * 33), "the consumer's number is not a phone number"),
        (replace(REPLY, to="x" * 65), "a sender or number of more than 64 characters"),
        (replace(REPLY, external_campaign="x" * 201), "a campaign ID of more than 200 characters"),
        (replace(REPLY, external_campaign="ß" * 101), "a campaign ID of more than 200 characters"),
    ],
)
def test_what_is_not_usable_says_why(parsed: Parsed, reason: str) -> None:
    assert why(parsed) == reason


def test_good_facts_beside_bad_ones_are_taken_and_echoes_are_neither() -> None:
    found, reason = facts_of([REPLY, Unrecognised("odd"), Echo(), Unrecognised("odd")], arrival_id=ARRIVAL, received_at=NOW, source=SOURCE)
    assert [type(one.fact) for one in found] == [ReplyFact]
    assert reason == "odd"


def test_text_that_cannot_be_stored_becomes_text_that_can() -> None:
    fact = one(replace(REPLY, text="a\x00b\ud800c 😀"))
    assert isinstance(fact, ReplyFact)
    assert fact.text == "a\ufffdb\ufffdc 😀"


def test_the_order_key_is_the_same_for_every_copy_and_another_for_a_repeat() -> None:
    def key(parsed: Parsed, at: datetime) -> bytes:
        return facts_of([parsed], arrival_id=ARRIVAL, received_at=at, source=SOURCE)[0][0].fact.dedupe_key

    later = NOW + timedelta(hours=5)
    timed = replace(REPLY, replied_at=NOW - timedelta(minutes=1))
    assert key(timed, NOW) == key(timed, later)
    windowed = replace(REPLY, identity=Identity(("reply", "1"), timedelta(minutes=10)))
    assert key(windowed, NOW) == key(windowed, NOW)
    assert key(windowed, NOW) != key(windowed, later)
    assert key(timed, NOW) != key(replace(timed, identity=Identity(("reply", "2"))), NOW)
    assert len(key(timed, NOW)) == 16
