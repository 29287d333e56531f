"""Fixtures of the page tests: somebody of the cast at a browser without scripts, and the story they look at."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.kit.world import Tenant, World
    from tests.pages.story import Story

Visitor = Callable[[str], "Client"]


@pytest.fixture
def visitor(world: "World") -> Visitor:
    """Return somebody of North or South, signed in."""
    from django.test import Client  # noqa: PLC0415 - waits for Django's set-up

    def signed_in(name: str) -> Client:
        person = (world.north.people | world.south.people)[name]
        client = Client()
        client.force_login(person.user)
        return client

    return signed_in


@pytest.fixture
def story(north: "Tenant") -> "Story":
    """Tell that Cleo replied to Spring check-up."""
    from tests.kit.world import CLEO  # noqa: PLC0415 - models wait for Django's set-up
    from tests.pages.story import Story  # noqa: PLC0415 - as above

    north.campaign()
    told = Story(north)
    told.notice(CLEO)
    north.clock.forward(minutes=61)
    told.reply(CLEO)
    return told
