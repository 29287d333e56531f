"""A crowd at play: the same for the same seed, varied, bounded, stopped; what it writes is told like any reply."""

import pytest

from antiphon.providers.protocol import ReplyReceived
from antiphon.sandbox.play import script
from tests.sandbox.playing import CLEO, MIA, Customer, Sandbox, until

NUMBERS = [f"+316123404{place:02d}" for place in range(99)]


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    assert script(NUMBERS, seconds=300, seed=7) == script(NUMBERS, seconds=300, seed=7)
    assert script(NUMBERS, seconds=300, seed=7) != script(NUMBERS, seconds=300, seed=8)


@pytest.mark.parametrize("seed", range(5))
def test_a_crowd_writes_all_kinds_of_things_in_time(seed: int) -> None:
    said = script(NUMBERS, seconds=300, seed=seed)
    times = [one.at_seconds for one in said]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 300
    assert {one.number for one in said} == set(NUMBERS)
    assert len(said) > len(NUMBERS), "some think twice"
    words = {one.words for one in said}
    assert len(words) > 30
    assert any(not one.isascii() for one in words)
    assert any("stop" in one.casefold() or one == "afmelden" for one in words)
    assert max(map(len, words)) > 160 or seed  # a long one is rare, and this seed has it


def test_who_stops_writes_no_more() -> None:
    for seed in range(20):
        said = script(NUMBERS, seconds=300, seed=seed)
        for stopped in {one.number for one in said if one.words in {"STOP", "stop", "Stop!", "afmelden"}}:
            assert len([one for one in said if one.number == stopped]) == 1


def test_those_who_were_sent_a_text_answer_it_and_the_progress_is_told(sandbox: Sandbox, cara: Customer) -> None:
    campaign = sandbox.broadcast(numbers=[CLEO, MIA])
    until(lambda: len(cara.bodies("notice")) == 2)
    begun = sandbox.post("/sandbox/play", {"consumers": 2, "seconds": 1, "seed": 11})
    assert (begun["state"], begun["consumers"], begun["seed"]) == ("playing", 2, 11)
    assert sandbox.client.post("/sandbox/play", json={"consumers": 2}).status_code == 409
    done = until(lambda: found if (found := sandbox.get("/sandbox/play"))["state"] == "done" else None)
    assert done["said"] == done["total"] >= 2
    facts = until(lambda: told if len(told := cara.facts("reply")) == done["total"] else None)
    assert {fact.external_campaign for fact in facts if isinstance(fact, ReplyReceived)} == {campaign["id"]}
    expected = [one.words for one in script([CLEO, MIA], seconds=1, seed=11)]
    assert sorted(fact.text for fact in facts if isinstance(fact, ReplyReceived)) == sorted(expected)


def test_a_crowd_is_stopped_from_its_page(sandbox: Sandbox, cara: Customer) -> None:
    page = sandbox.client.post("/play", data={"consumers": "50", "minutes": "15", "back": "/handsets"}, follow_redirects=True)
    assert "50 consumers are writing" in page.text
    stopped = sandbox.client.post("/play/end", data={"back": "/handsets"}, follow_redirects=True)
    assert ("Let them write" in stopped.text, ", stopped, seed" in stopped.text) == (True, True)
    found = sandbox.get("/sandbox/play")
    assert (found["state"], found["said"] < found["total"]) == ("stopped", True)
    assert len(cara.bodies("reply")) <= found["said"]


@pytest.mark.parametrize("asked", [{"consumers": 0}, {"consumers": 501}, {"seconds": 4000}, {"seed": -1}, {"minutes": 5}])
def test_a_crowd_has_bounds(sandbox: Sandbox, asked: dict[str, int]) -> None:
    assert sandbox.client.post("/sandbox/play", json=asked).status_code == 422
    assert sandbox.client.post("/play", data={"consumers": "7", "minutes": "5"}).status_code == 422
    assert (sandbox.client.get("/sandbox/play").json() or {"state": "none"})["state"] != "playing"
