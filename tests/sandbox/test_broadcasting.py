import time
from datetime import UTC, datetime, timedelta

import pytest

from antiphon.providers.protocol import DeliveryReported, NoticeSent, OptedIn, OptedOut, ReplyReceived
from antiphon.providers.stop_words import DEFAULT, is_stop
from tests.sandbox.playing import CLEO, MIA, OTTO, SOURCE, Customer, Sandbox, read, running, until, webhooks_of


def notices(cara: Customer) -> list[NoticeSent]:
    return [fact for fact in cara.facts("notice") if isinstance(fact, NoticeSent)]


def test_a_broadcast_is_told_once_for_each_consumer(sandbox: Sandbox, cara: Customer) -> None:
    campaign = sandbox.broadcast()
    found = until(lambda: told if len(told := notices(cara)) == 2 else None)
    assert {(notice.phone, notice.external_campaign, notice.sender, notice.text) for notice in found} == {
        (number, campaign["id"], "00319700004410", "Reply YES") for number in ("0031612340412", "0031612340413")
    }
    assert until(lambda: sandbox.get(f"/sandbox/campaigns/{campaign['id']}")["told"] == 2)
    assert [len(sandbox.texts(number)) for number in (CLEO, MIA, OTTO)] == [1, 1, 0]


def test_reports_of_a_broadcast_carry_a_reference_that_its_notices_do_not(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.broadcast()
    reports = until(lambda: facts if len(facts := cara.facts("report")) == 2 else None)
    references = {report.reference for report in reports if isinstance(report, DeliveryReported)}
    assert len(references) == 2
    assert not [body for body in cara.bodies("notice") for reference in references if reference.encode() in body]


@pytest.mark.parametrize(("place", "keys"), [(1, ["customGrouping"]), (2, ["customGrouping2"]), (3, ["customGrouping3", "skill"]), (0, [])])
def test_the_campaign_id_is_told_where_the_settings_say(sandbox: Sandbox, cara: Customer, place: int, keys: list[str]) -> None:
    sandbox.settings(campaign_grouping=place)
    campaign = sandbox.broadcast(numbers=[CLEO])
    (body,) = until(lambda: cara.bodies("notice"))
    assert [key for key, value in read(body).items() if value == campaign["id"]] == keys


@pytest.mark.parametrize("generation", ["new", "old"])
def test_a_reply_is_told_with_what_it_answers(sandbox: Sandbox, cara: Customer, generation: str) -> None:
    sandbox.settings(reply_generation=generation)
    campaign = sandbox.broadcast(numbers=[CLEO])
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "Yes please, tuesday? 😀"})
    (reply,) = until(lambda: cara.facts("reply"))
    assert isinstance(reply, ReplyReceived)
    assert (reply.text, reply.to, reply.external_campaign) == ("Yes please, tuesday? 😀", "00319700004410", campaign["id"])
    (report,) = until(lambda: cara.facts("report"))
    assert isinstance(report, DeliveryReported)
    assert reply.reference == report.reference
    assert (reply.replied_at is None) == (generation == "old")


def test_a_reply_out_of_the_blue_carries_nothing(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.post("/sandbox/handsets/0031698765432/replies", {"text": "hello?"})
    (reply,) = until(lambda: cara.facts("reply"))
    assert isinstance(reply, ReplyReceived)
    assert (reply.phone, reply.to, reply.external_campaign, reply.reference) == ("0031698765432", "00319700004410", "", None)


def test_stop_is_told_as_a_reply_and_ends_broadcasts_to_that_handset(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.broadcast()
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "Stop!"})
    (reply,) = until(lambda: cara.facts("reply"))
    assert isinstance(reply, ReplyReceived)
    assert is_stop(reply.text, DEFAULT)
    second = sandbox.broadcast(text="Last days")
    until(lambda: sandbox.get(f"/sandbox/campaigns/{second['id']}")["told"])
    assert [len(sandbox.texts(number)) for number in (CLEO, MIA)] == [2, 2]
    assert sandbox.get(f"/sandbox/campaigns/{second['id']}")["skipped"] == 1
    assert cara.bodies("opt_out") == []


def test_an_opt_out_by_link_is_told_by_its_own_webhook_and_can_be_taken_back(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.post(f"/sandbox/handsets/{OTTO}/opt-out")
    sandbox.post(f"/sandbox/handsets/{OTTO}/opt-out")
    (out,) = until(lambda: cara.facts("opt_out"))
    assert isinstance(out, OptedOut)
    assert out.phone == "0031612340414"
    sandbox.client.delete(f"/sandbox/handsets/{OTTO}/opt-out")
    facts = until(lambda: told if len(told := cara.facts("opt_out")) == 2 else None)
    assert isinstance(facts[1], OptedIn)
    sandbox.broadcast(numbers=[OTTO])
    assert until(lambda: sandbox.texts(OTTO))


def test_anything_but_200_is_sent_again_until_it_is_taken(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(retry_seconds=0.1)
    cara.statuses += [500, 204, 404, 302]
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "again"})
    until(lambda: len(cara.bodies("reply")) == 5)
    time.sleep(0.5)
    assert len(set(cara.bodies("reply"))) == 1
    assert len(cara.bodies("reply")) == 5
    attempts = [entry for entry in sandbox.get("/sandbox/log?kind=reply&limit=100000")["items"] if entry["number"] == CLEO][-5:]
    assert [(entry["attempt"], entry["status"]) for entry in attempts] == [(1, 500), (2, 204), (3, 404), (4, 302), (5, 200)]


def test_a_customer_who_is_away_hears_it_later(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(retry_seconds=0.1, webhooks={"reply": "http://127.0.0.1:1/"})
    sandbox.post(f"/sandbox/handsets/{MIA}/replies", {"text": "anyone?"})
    last = until(lambda: [entry for entry in sandbox.get("/sandbox/log?kind=reply&limit=100000")["items"] if entry["number"] == MIA])[-1]
    assert (last["status"], last["outcome"]) == (0, "ConnectError")
    assert cara.bodies("reply") == []


def test_send_twice_makes_copies(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(faults={"send_twice": True})
    sandbox.broadcast(numbers=[CLEO])
    first, second = until(lambda: told if len(told := cara.bodies("notice")) == 2 else None)
    assert first == second
    assert len(sandbox.texts(CLEO)) == 1
    assert sandbox.get("/sandbox/campaigns")["items"][-1]["told"] == 1


def test_malformed_copies_come_beside_the_good_ones(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(faults={"malformed": True})
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "yes"})
    bodies = until(lambda: told if len(told := cara.bodies("reply")) == 2 else None)
    assert len({len(body) for body in bodies}) == 2
    assert len(cara.facts("reply")) == 1


def test_without_reports_nothing_is_reported(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(faults={"no_reports": True})
    sandbox.broadcast(numbers=[CLEO])
    sandbox.settings(faults={"no_reports": False})
    sandbox.broadcast(numbers=[MIA])
    (report,) = until(lambda: cara.facts("report"))
    assert isinstance(report, DeliveryReported)
    assert report.phone == "0031612340413"


def test_out_of_order_lets_the_reply_overtake_its_notice(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(faults={"out_of_order": True})
    sandbox.broadcast(numbers=[CLEO])
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "yes"})
    until(lambda: len(cara.heard) == 3)
    assert [kind for kind, _ in cara.heard][-1] == "notice"


def test_a_delay_holds_webhooks_back(sandbox: Sandbox, cara: Customer) -> None:
    sandbox.settings(faults={"delay_seconds": 1})
    began = time.monotonic()
    sandbox.post(f"/sandbox/handsets/{CLEO}/replies", {"text": "yes"})
    until(lambda: cara.bodies("reply"))
    assert time.monotonic() - began >= 1


def test_a_campaign_goes_out_when_it_is_due(sandbox: Sandbox) -> None:
    campaign = sandbox.post("/sandbox/campaigns", {"name": "Later", "text": "Now", "numbers": [OTTO]})
    due = datetime.now(UTC) + timedelta(seconds=1.5)
    assert sandbox.post(f"/sandbox/campaigns/{campaign['id']}/sending", {"at": due.isoformat()})["state"] == "scheduled"
    assert sandbox.texts(OTTO) == []
    until(lambda: sandbox.texts(OTTO))
    assert datetime.now(UTC) >= due


def test_a_restart_keeps_settings_campaigns_handsets_and_schedules(tmp_path_factory: pytest.TempPathFactory, cara: Customer) -> None:
    home = tmp_path_factory.mktemp("kept home")
    with running(home) as before:
        before.settings(notice_token=SOURCE.notice_tokens[0], webhooks=webhooks_of(cara.url))
        sent = before.broadcast(text="Before", numbers=[CLEO])
        before.post(f"/sandbox/handsets/{OTTO}/opt-out")
        due = datetime.now(UTC) + timedelta(seconds=1)
        later = before.post("/sandbox/campaigns", {"name": "Later", "text": "After", "numbers": [CLEO]})
        before.post(f"/sandbox/campaigns/{later['id']}/sending", {"at": due.isoformat()})
        settings = before.get("/sandbox/settings")
    with running(home) as after:
        assert after.get("/sandbox/settings") == settings
        assert {"482138", sent["id"], later["id"]} <= {campaign["id"] for campaign in after.get("/sandbox/campaigns")["items"]}
        assert after.get(f"/sandbox/handsets/{OTTO}")["opted_out_at"]
        until(lambda: [text["words"] for text in after.texts(CLEO)] == ["Before", "After"])


def test_a_state_that_cannot_be_read_is_put_aside(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("broken home")
    (home / "sandbox").mkdir()
    (home / "sandbox" / "state.json").write_text("{half")
    with running(home) as sandbox:
        assert sandbox.get("/sandbox/campaigns")["items"][0]["name"] == "Spring check-up"
    assert (home / "sandbox" / "state.unreadable").read_text() == "{half"
