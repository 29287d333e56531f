from collections.abc import Iterator

import pytest

from tests.sandbox.playing import PLAIN, Customer, Sandbox, customer, running, webhooks_of


@pytest.fixture(scope="session")
def one_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(tmp_path_factory.mktemp("home")) as sandbox:
        yield sandbox


@pytest.fixture
def cara() -> Iterator[Customer]:
    """Give Cara, who uses CM."""
    with customer() as cara:
        yield cara


@pytest.fixture
def sandbox(one_sandbox: Sandbox, cara: Customer) -> Iterator[Sandbox]:
    """Give a sandbox with empty handsets, which tells Cara everything."""
    one_sandbox.settings(**PLAIN, webhooks=webhooks_of(cara.url))
    one_sandbox.client.delete("/sandbox/handsets")
    for handset in one_sandbox.get("/sandbox/handsets?all=1")["items"]:
        one_sandbox.client.delete(f"/sandbox/handsets/{handset['number']}/opt-out")
    cara.heard.clear()
    yield one_sandbox
    one_sandbox.settings(webhooks={"notice": "", "reply": "", "report": "", "opt_out": ""}, retry_seconds=300)
