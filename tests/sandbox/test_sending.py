from dataclasses import replace

import pytest

from antiphon.providers.protocol import DeliveryReported, DeliveryState, Echo, OutgoingText, Reason
from antiphon.providers.transport import Answered, Broke, Transport
from tests.sandbox.playing import CLEO, CM, MIA, OTTO, SOURCE, Customer, Sandbox, until


def answer(
    number: str = CLEO, *, reference: str = "4f" * 16, text: str = "Gladly. Tuesday at nine?", sender: str = SOURCE.numbers[0]
) -> OutgoingText:
    return OutgoingText(to=number, sender=sender, text=text, reference=reference)


def test_an_answer_reaches_the_handset_is_reported_and_comes_back_with_our_mark(sandbox: Sandbox, cara: Customer) -> None:
    response = sandbox.offer(answer())
    (result,) = CM.read_send(response.status_code, response.content, texts=[answer()])
    assert result.is_accepted
    assert [text["words"] for text in sandbox.texts(CLEO)] == ["Gladly. Tuesday at nine?"]
    (report,) = until(lambda: cara.facts("report"))
    assert isinstance(report, DeliveryReported)
    assert (report.state, report.reference) == (DeliveryState.DELIVERED, "4f" * 16)
    assert until(lambda: cara.facts("notice")) == [Echo()]


def test_without_echo_the_answer_is_reported_only(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(echo_answers=False)
    sandbox.offer(answer())
    until(lambda: cara.facts("report"))
    assert cara.bodies("notice") == []


def test_the_product_token_is_checked_first(sandbox: Sandbox) -> None:
    stranger = replace(SOURCE, product_token="guessed")
    refused = sandbox.offer(answer(), source=stranger)
    (result,) = CM.read_send(refused.status_code, refused.content, texts=[answer()])
    assert (result.is_accepted, result.reason) == (False, Reason.NOT_AUTHORISED)
    assert sandbox.texts(CLEO) == []
    assert sandbox.offer(answer()).json()["errorCode"] == 0


def test_a_product_token_can_be_proven_without_sending(sandbox: Sandbox) -> None:
    for source, is_known in ((SOURCE, True), (replace(SOURCE, product_token="guessed"), False)):
        call = CM.confirm(source=source, base_url=sandbox.url)
        assert call is not None
        response = sandbox.client.post(call.url, headers=call.headers, content=call.body)
        assert CM.read_confirm(response.status_code, response.content) is is_known
    assert sandbox.texts(CLEO) == []


def test_a_batch_is_taken_in_part(sandbox: Sandbox) -> None:
    sandbox.settings(refusals={MIA: 401})
    texts = [answer(), answer(MIA, reference="5f" * 16), answer(OTTO, reference="6f" * 16, text=" ")]
    response = sandbox.offer(*texts)
    results = CM.read_send(response.status_code, response.content, texts=texts)
    assert (response.status_code, response.json()["errorCode"]) == (200, 201)
    assert [(result.is_accepted, result.reason) for result in results] == [
        (True, None),
        (False, Reason.CONTENT_REFUSED),
        (False, Reason.CONTENT_REFUSED),
    ]
    assert [len(sandbox.texts(number)) for number in (CLEO, MIA, OTTO)] == [1, 0, 0]


MESSAGE = {"from": "3669", "to": [{"number": "0031612340412"}], "body": {"content": "hi"}, "reference": "a1"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"from": ""}, 301),
        ({"from": "much too long a name"}, 301),
        ({"from": "12345678901234567"}, 301),
        ({"to": []}, 302),
        ({"to": [{"number": ""}]}, 302),
        ({"to": [{"number": "+31612340412"}]}, 303),
        ({"to": [{"number": "0612340412"}]}, 303),
        ({"body": {"content": ""}}, 304),
        ({"body": None}, 304),
        ({"reference": "a-b"}, 305),
        ({"reference": "a" * 33}, 305),
        ({"customGrouping2": "x" * 101}, 305),
    ],
)
def test_each_fault_of_a_message_has_its_code(sandbox: Sandbox, changes: dict[str, object], code: int) -> None:
    response = sandbox.client.post(
        "/v1.0/message", json={"messages": {"authentication": {"productToken": SOURCE.product_token}, "msg": [MESSAGE | changes]}}
    )
    (line,) = response.json()["messages"]
    assert (response.status_code, line["messageErrorCode"], line["status"]) == ((400, code, "Rejected") if code else (200, 0, "Accepted"))


@pytest.mark.parametrize(("body", "code"), [(b"", 202), (b"[]", 202), (b'{"messages":{"msg":{}}}', 203), (b'{"messages":{"msg":[]}}', 203)])
def test_a_request_that_is_no_batch_is_refused_whole(sandbox: Sandbox, body: bytes, code: int) -> None:
    response = sandbox.client.post("/v1.0/message", content=body, headers={"X-CM-PRODUCTTOKEN": SOURCE.product_token})
    assert (response.status_code, response.json()["errorCode"]) == (400, code)


def test_more_than_a_thousand_messages_are_refused_whole(sandbox: Sandbox) -> None:
    def offered(count: int) -> int:
        batch = {"messages": {"msg": [MESSAGE | {"reference": str(place)} for place in range(count)]}}
        return int(
            sandbox.client.post("/v1.0/message", json=batch, headers={"X-CM-PRODUCTTOKEN": SOURCE.product_token}).json()["errorCode"]
        )

    assert (offered(1000), offered(1001)) == (0, 203)


def test_a_handset_that_opted_out_is_answered_unless_the_settings_say_otherwise(sandbox: Sandbox) -> None:
    sandbox.post(f"/sandbox/handsets/{CLEO}/opt-out")
    assert sandbox.offer(answer()).json()["errorCode"] == 0
    sandbox.settings(refuse_opted_out=True)
    response = sandbox.offer(answer())
    (result,) = CM.read_send(response.status_code, response.content, texts=[answer()])
    assert (result.is_accepted, result.reason) == (False, Reason.OPTED_OUT)


def test_a_handset_out_of_reach_gets_nothing_and_the_report_says_why(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(undelivered={MIA: 24})
    sandbox.offer(answer(MIA), answer(CLEO, reference="5f" * 16))
    reports = until(lambda: facts if len(facts := cara.facts("report")) == 2 else None)
    told = {(report.reason, report.state) for report in reports if isinstance(report, DeliveryReported)}
    assert told == {(Reason.UNREACHABLE, DeliveryState.FAILED), (None, DeliveryState.DELIVERED)}
    assert (len(sandbox.texts(MIA)), len(sandbox.texts(CLEO))) == (0, 1)


def test_time_out_delivers_once_and_never_answers(sandbox: Sandbox) -> None:
    sandbox.settings(faults={"time_out": True})
    call = CM.send([answer(reference="7f" * 16)], source=SOURCE, base_url=sandbox.url)
    with Transport(step_seconds=0.6) as transport:
        assert isinstance(transport.call(call), Broke)
        sandbox.settings(faults={"time_out": False})
        assert isinstance(transport.call(CM.send([answer(MIA)], source=SOURCE, base_url=sandbox.url)), Answered)
    assert len(sandbox.texts(CLEO)) == 1
    offered = sandbox.get(f"/sandbox/log?direction=received&reference={'7f' * 16}")["items"]
    assert [entry["outcome"] for entry in offered] == ["accepted"]
