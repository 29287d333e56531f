"""Webhooks over HTTP: what is taken, what is refused, and that nothing hostile gives a 5xx."""

import pytest

from antiphon.intake.models import Arrival, Notice, Reply
from antiphon.kit.db import account
from tests.edge.serving import Serving, notice, reply
from tests.kit.world import CLEO, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])


def test_a_notice_and_a_reply_are_durable_when_answered(committed: World, edge: Serving) -> None:
    north = committed.north
    key = north.secret("webhook_key")
    assert edge.post(key, "notice", notice(north, CLEO)).status_code == 200
    answered = edge.post(key, "reply", reply(north, CLEO, "yes please"))
    assert (answered.status_code, answered.content) == (200, b"")
    with account(north.id):
        assert Notice.objects.get().sender == north.number
        assert Reply.objects.get().text == "yes please"
        assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}
