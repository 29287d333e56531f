"""The battery's quick part: every process killed at every failpoint, the database refused and killed; nothing acknowledged is lost."""

import random
from collections.abc import Iterator

import httpx
import pytest

from tests.conversations.provider import providing
from tests.faults import battery
from tests.faults.battery import Fault, Field, suffer, together
from tests.faults.judge import recover
from tests.faults.load import reply
from tests.faults.site import site
from tests.faults.tracing import STRACE, is_durable_first, order, traced
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Run a site, a provider that it sends answers to, and a receiver of its webhooks."""
    folder = tmp_path_factory.mktemp("faults")
    with (
        providing() as provider,
        receiving() as crm,
        site(folder / "home", provider=provider.url, webhooks={"CRM": (crm.url, "reply.received")}) as running,
    ):
        yield Field(running, provider, random.Random(1), folder, seed=1)


def check(field: Field, fault: Fault) -> None:
    verdict = suffer(field, fault)
    assert verdict.is_good, verdict
    assert verdict.acknowledged > 20


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_a_webhook_is_durable_before_it_is_answered(field: Field) -> None:
    assert is_durable_first(order_of_one(field, "to the database"))
    with battery.refused(field.site):
        spooled = order_of_one(field, "to the spool")
    assert ("q" in spooled, is_durable_first(spooled)) == (False, True)
    recover(field.site)


def order_of_one(field: Field, text: str) -> str:
    """Send one webhook, and return what the web workers did, in order."""
    file = field.folder / f"{text.replace(' ', '-')}.trace"
    with traced(field.site.web_workers(), file):
        assert httpx.post(field.site.hook("reply"), json=reply(field.site, "0031611111111", text), timeout=30).status_code == 200
    return order(file.read_text(), text)


@pytest.mark.parametrize(
    ("seen", "is_good"), [("qca", True), ("qacc", False), ("wsa", True), ("was", False), ("sac", False), ("qc", False), ("ccqca", True)]
)
def test_an_order_that_answers_first_is_told_from_one_that_does_not(seen: str, *, is_good: bool) -> None:
    assert is_durable_first(seen) is is_good


def test_web_and_worker_killed_at_every_failpoint(field: Field) -> None:
    check(field, Fault("killed everywhere", together(battery.WEB, battery.WORKER), answers=True))


def test_web_workers_killed_while_they_spool_and_while_they_drain(field: Field) -> None:
    check(field, Fault("killed at the spool", battery.killed_around_the_spool))


def test_a_web_worker_that_holds_a_spool_is_killed(field: Field) -> None:
    check(field, Fault("spooling web worker killed", battery.spooling_worker_killed))


def test_the_postmaster_and_one_of_its_processes_killed(field: Field) -> None:
    check(field, Fault("postmaster killed", battery.postmaster_killed))
    check(field, Fault("database process killed", battery.backend_killed, answers=True))
