"""An agent's day with another desk: everything by API, with a key of role agent for work and one of a leader for what leaders see."""

from collections.abc import Iterator
from typing import Any

import pytest

from antiphon.accounts.canned import add_canned_answer
from antiphon.conversations.models import Answer
from antiphon.events.relay import number
from antiphon.kit.db import account
from antiphon.routing.verbs import route
from tests.conversations.desk import Desk
from tests.conversations.provider import Provider, providing
from tests.kit.caller import Caller
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, MIA, OTTO, Tenant


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


def sent(north: Tenant, provider: Provider, answer: str) -> None:
    """Have the worker send an answer."""
    with Desk(north, provider) as desk:
        with account(north.id):
            stored = Answer.objects.get(account_id=north.id, id=answer)
        desk.send(stored, at=north.clock())


def events(north: Tenant, lead: Caller, *, after: int) -> tuple[list[str], int]:
    """Return the kinds of what happened since, and where that ends."""
    with account(north.id) as db:
        number(db, north.id)
    told = lead.get(f"events?after={after}&limit=1000")
    return [one["type"].removeprefix("io.antiphon.") for one in told["items"]], told["next"]


def lines(talk: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["kind"], line["text"] or line["what"] or "") for line in talk["timeline"]]


def around(north: Tenant, desk: Caller, *, ada: int, ben: int) -> None:
    """Take what waits; give one to another skill, one to a colleague, who need not keep it, and back to the queue."""
    care, sales, tick = north.skills["care"].pk, north.skills["sales"].pk, north.clock.forward
    taken = [desk.post(f"skills/{care}/next", {"agent": ada}, status=200)["id"] for _ in range(2)]
    assert desk.call("POST", f"skills/{care}/next", {"agent": ada}, status=204) is None
    tick(seconds=1)
    moved = desk.post(f"conversations/{taken[0]}/transfer", {"agent": ada, "skill": sales}, status=200)
    assert (moved["state"], moved["skill"]) == ("queued", sales)
    given = desk.post(f"conversations/{taken[1]}/transfer", {"agent": ada, "to_agent": ben}, status=200)
    assert given["agent"] == ben
    tick(seconds=1)
    assert desk.delete(f"conversations/{taken[1]}/transfer?agent={ada}")["agent"] == ada
    tick(seconds=1)
    back = desk.post(f"conversations/{taken[1]}/transfer", {"agent": ada}, status=200)
    assert (back["state"], back["agent"], back["skill"]) == ("queued", None, care)


def test_a_day_at_another_desk(north: Tenant, deliver: Deliver, provider: Provider) -> None:
    north.campaign(goal="sale")
    ada, ben, care = north.people["Ada"].pk, north.people["Ben"].pk, north.skills["care"].pk
    hours = {"shortcut": "hours", "name": "Opening hours", "text": "We are open from 9 to 17."}
    add_canned_answer(north.id, hours, actor="command", at=north.clock())
    desk, lead = Caller(north.key("agent")), Caller(north.key())
    for phone in (CLEO, MIA, OTTO):
        deliver.notice(phone, at=north.clock(), text="Time for your check-up. Reply YES.")
    _, place = events(north, lead, after=0)

    # In the morning: there, and given what comes.
    desk.put(f"people/{ada}/presence", {"state": "online"})
    deliver.reply(CLEO, "YES", at=north.clock.forward(minutes=5))
    with account(north.id) as db:
        assert route(db, north.id, at=north.clock()) == 1
    (mine,) = desk.post("conversations/searches", {"agent": ada, "state": "open"}, status=200)["items"]
    talk = desk.get(f"conversations/{mine['id']}")
    assert lines(talk)[:2] == [("notice", "Time for your check-up. Reply YES."), ("reply", "YES")]
    assert (talk["verdict"], talk["note"], talk["turn"]) == ("linked_by_campaign_id", "Book in Planner under SPRING26.", "agent")

    # An answer goes out once, however often it is asked for: the desk's own key says which it is.
    canned = next(one for one in desk.get("canned-answers")["items"] if one["shortcut"] == "hours")
    address, body = f"conversations/{mine['id']}", {"text": canned["text"], "agent": ada}
    first = desk.post(f"{address}/answers", body, idempotency_key="desk-1")
    assert desk.post(f"{address}/answers", body, idempotency_key="desk-1") == first
    assert (
        desk.post(f"{address}/answers", body | {"text": "Other"}, idempotency_key="desk-1", status=422)["code"] == "idempotency_key_reused"
    )
    sent(north, provider, first["id"])
    assert [text["body"]["content"] for text in provider.texts] == [canned["text"]]
    answers = [line for line in desk.get(address)["timeline"] if line["kind"] == "answer"]
    assert [(line["text"], line["status"], line["agent"]) for line in answers] == [(canned["text"], "sent", ada)]

    # Closed with what came of it; closed too early, and taken back.
    outcome = {"goal_reached": True, "value": 79, "currency": "EUR"}
    north.clock.forward(seconds=1)
    closed = desk.post(f"{address}/closure", {"agent": ada, "outcome": outcome})
    assert (closed["state"], closed["closed_by"], closed["outcome"]["value"]) == ("closed", "agent", 79)
    north.clock.forward(seconds=1)
    assert desk.delete(f"{address}/closure?agent={ada}")["state"] == "assigned"
    north.clock.forward(seconds=1)
    assert desk.post(f"{address}/closure", {"agent": ada, "outcome": outcome})["state"] == "closed"

    # The next ones are taken from the queue; one is for another skill, another is given to a colleague by mistake.
    desk.put(f"people/{ada}/presence", {"state": "away"})
    for phone in (MIA, OTTO):
        deliver.reply(phone, "Do you sell winter tyres?", at=north.clock.forward(minutes=1))
    waiting = next(one for one in lead.get("queues")["items"] if one["skill"] == care)
    assert (waiting["waiting"], waiting["people"]) == (2, 2)
    around(north, desk, ada=ada, ben=ben)

    # In the evening: gone, and everything was told.
    desk.put(f"people/{ada}/presence", {"state": "offline"})
    kinds, _ = events(north, lead, after=place)
    assert kinds.count("conversation.started") == kinds.count("reply.received") == 3
    assert (kinds.count("answer.sent"), kinds.count("conversation.closed"), kinds.count("conversation.reopened")) == (1, 2, 1)
    assert (kinds.count("conversation.assigned"), kinds.count("conversation.transferred")) == (3, 4)
    assert kinds.count("goal.reached") == 2


def test_whose_transfer_is_taken_back(north: Tenant, south: Tenant, deliver: Deliver) -> None:
    north.campaign()
    ada, ben = north.people["Ada"].pk, north.people["Ben"].pk
    desk, lead = Caller(north.key("agent")), Caller(north.key("supervisor"))
    deliver.reply(CLEO, at=north.clock())
    talk = desk.post(f"skills/{lead.get('conversations')['items'][0]['skill']}/next", {"agent": ada}, status=200)
    address = f"conversations/{talk['id']}/transfer"
    north.clock.forward(seconds=1)
    desk.post(address, {"agent": ada, "to_agent": ben}, status=200)
    assert desk.delete(address, status=422)["code"] == "agent_needed"
    assert desk.delete(f"{address}?agent={ben}", status=409)["code"] == "not_yours"
    assert desk.delete(f"{address}?agent=999999", status=404)["code"] == "not_found"
    assert lead.delete(address, status=409)["code"] == "not_yours"
    Caller(south.key()).delete(f"{address}?agent={south.people['Zed'].pk}", status=404)
    Caller(north.key("analyst")).delete(f"{address}?agent={ada}", status=403)
    north.clock.forward(seconds=119)
    assert desk.delete(f"{address}?agent={ada}")["agent"] == ada
    north.clock.forward(seconds=1)
    lead.post(address, {"to_agent": ben}, status=200)
    north.clock.forward(seconds=121)
    assert lead.delete(address, status=409)["code"] == "too_late"
    lead.post(address, {}, status=200)
    north.clock.forward(seconds=1)
    assert lead.delete(address)["agent"] == ben
