"""The door to background jobs: work is put off by name, so that no step imports the worker; arguments are ids."""

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from antiphon.kit import requests

REQUEST = "request_id"
"""The argument by which a job carries on the id of the request that put it off."""


def put_off(name: str, *, once: str | None = None, **ids: int | str) -> None:
    """Have the worker do the job `name` after this transaction commits; with `once`, not while one of that lock waits already."""
    named = {REQUEST: request_id} if (request_id := requests.current()) else {}
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(name, queueing_lock=once, allow_unknown=True).defer(**ids, **named)
