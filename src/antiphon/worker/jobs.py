"""Jobs: what a request puts off, done once, by name (`kit.jobs.put_off`); arguments are ids."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec
from uuid import UUID

from django.db import close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from antiphon.config.env import current
from antiphon.conversations import sending
from antiphon.conversations.models import Answer
from antiphon.intake.refusals import learn_of_opt_out
from antiphon.kit import clock, requests
from antiphon.kit.db import account
from antiphon.kit.jobs import REQUEST
from antiphon.providers import test_texts
from antiphon.providers import verbs as providers
from antiphon.providers.models import Source, TestText
from antiphon.providers.registry import adapter_of
from antiphon.providers.transport import Transport
from antiphon.worker import tasks
from antiphon.worker.runners import map_or_begin

P = ParamSpec("P")
TRIES = 6
_PATIENT = RetryStrategy(max_attempts=TRIES, exponential_wait=2)


def _letting_go(work: Callable[P, None]) -> Callable[P, None]:
    """Do a job as part of the request that put it off; give the thread's connections back when it ends, however it does."""

    @wraps(work)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        request_id = str(kwargs.pop(REQUEST, ""))
        try:
            with requests.during(request_id):
                work(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped


@cache
def transport() -> Transport:
    """Return the one HTTP client of this process for calls to providers."""
    return Transport()


def base_url_of(app_name: str) -> str:
    """Return where calls to a provider go: what the settings name, else the provider itself."""
    named = {"cm": current().cm_url}.get(app_name)
    return (named or adapter_of(app_name).default_base_url).rstrip("/")


def _base_url(account_id: int, source_id: int) -> str:
    with account(account_id):
        return base_url_of(Source.objects.values_list("app", flat=True).get(account_id=account_id, id=source_id))


@app.task(name="send_answer", pass_context=True, retry=_PATIENT)
@_letting_go
def send_answer(context: JobContext, *, account_id: int, answer_id: str) -> None:
    """Send one answer; tried again only when nothing left, at most once otherwise."""
    send_stored_answer(account_id, UUID(answer_id), is_last_try=context.job.attempts >= TRIES)


def send_stored_answer(account_id: int, answer_id: UUID, *, is_last_try: bool) -> None:
    """Send one answer through its source's provider. Raises NotSentYet."""
    with account(account_id):
        source_id = Answer.objects.values_list("source_id", flat=True).get(account_id=account_id, id=answer_id)
    base_url = _base_url(account_id, source_id)
    sending.send(
        account_id, answer_id, transport=transport(), base_url=base_url, now=clock.now, learn=learn_of_opt_out, is_last_try=is_last_try
    )


@app.task(name="check_token", retry=_PATIENT)
@_letting_go
def check_token(*, account_id: int, source_id: int) -> None:
    """Ask the provider whether a source's product token holds."""
    providers.check_token(account_id, source_id, at=clock.now(), transport=transport(), base_url=_base_url(account_id, source_id))


@app.task(name="send_test_text")
@_letting_go
def send_test_text(*, account_id: int, test_text_id: int) -> None:
    """Send one test text, once: what it came to is shown, and a person sends another."""
    with account(account_id):
        source_id = TestText.objects.values_list("source_id", flat=True).get(account_id=account_id, id=test_text_id)
    test_texts.send_stored(account_id, test_text_id, transport=transport(), base_url=_base_url(account_id, source_id), now=clock.now)


@app.task(name="late_mapping", retry=_PATIENT)
@_letting_go
def late_mapping(*, account_id: int) -> None:
    """Count what came before its engagement was published; where that is much, as a task that people can watch."""
    map_or_begin(account_id)


@app.task(name="run_task", pass_context=True, retry=_PATIENT)
@_letting_go
def run_task(context: JobContext, *, account_id: int, task_id: int) -> None:
    """Do one piece of long work, tried again when the database was away."""
    tasks.run(account_id, task_id, tries=context.job.attempts, most=TRIES)
