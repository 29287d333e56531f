"""The battery's quick part: every process killed at every failpoint, the database refused and killed; nothing acknowledged is lost."""

import random
from collections.abc import Iterator

import pytest

from tests.conversations.provider import providing
from tests.faults import battery
from tests.faults.battery import Fault, Field, suffer, together
from tests.faults.site import site
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Run a site, a provider that it sends answers to, and a receiver of its webhooks."""
    folder = tmp_path_factory.mktemp("faults")
    with providing() as provider, receiving() as crm, site(folder / "home", provider=provider.url, webhooks={"CRM": crm.url}) as running:
        yield Field(running, provider, random.Random(1), folder, seed=1)


def check(field: Field, fault: Fault) -> None:
    verdict = suffer(field, fault)
    assert verdict.is_good, verdict
    assert verdict.acknowledged > 20


def test_web_and_worker_killed_at_every_failpoint(field: Field) -> None:
    check(field, Fault("killed everywhere", together(battery.WEB, battery.WORKER), answers=True))


def test_web_workers_killed_while_they_spool_and_while_they_drain(field: Field) -> None:
    check(field, Fault("killed at the spool", battery.killed_around_the_spool))


def test_a_web_worker_that_holds_a_spool_is_killed(field: Field) -> None:
    check(field, Fault("spooling web worker killed", battery.spooling_worker_killed))


def test_the_postmaster_and_one_of_its_processes_killed(field: Field) -> None:
    check(field, Fault("postmaster killed", battery.postmaster_killed))
    check(field, Fault("database process killed", battery.backend_killed, answers=True))
