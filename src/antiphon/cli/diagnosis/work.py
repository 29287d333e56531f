"""Looks at work that waits, across accounts, as the owner of the tables; names no account."""

from collections.abc import Iterator
from typing import Any

from antiphon.cli.diagnosis.database import Case
from antiphon.cli.diagnosis.finding import Finding, bad, well
from antiphon.cli.supervisor import answers

_RUNBOOKS = "see docs/operations/runbooks"


def looks(case: Case) -> Iterator[Finding]:
    """Look at workers, jobs, webhooks in and out."""
    (found,) = case.rows("work_waiting", at=case.now())
    yield worker(case, found)
    yield jobs(found)
    yield pending(found)
    yield quarantine(found)
    yield webhooks_out(found)


def worker(case: Case, found: Any) -> Finding:
    """Look whether somebody does the work of a site that runs, or of one that left some."""
    if found.workers:
        return well("worker", f"{found.workers} alive")
    is_running = answers(case.environment.host, case.environment.port, "/healthz")
    if is_running or found.jobs_late or found.pending_late:
        return bad(
            "worker", "none has shown a sign of life for a minute", f"start antiphon worker, or antiphon up; {_RUNBOOKS}/no-worker.md"
        )
    return well("worker", "none, and nothing waits for one")


def jobs(found: Any) -> Finding:
    """Look for jobs that a dead worker holds, or that have waited for long."""
    if found.jobs_stuck:
        return bad(
            "jobs", f"{found.jobs_stuck} are held by a worker that is gone", f"start a worker: it takes them back; {_RUNBOOKS}/no-worker.md"
        )
    if found.jobs_late:
        return bad("jobs", f"{found.jobs_late} have waited for more than 10 minutes", f"{_RUNBOOKS}/no-worker.md")
    return well("jobs", f"{found.jobs_waiting} wait")


def pending(found: Any) -> Finding:
    """Look for webhooks that the line keeps failing on."""
    if found.pending_late:
        return bad("pending", f"{found.pending_late} webhooks have been tried for more than 10 minutes", f"{_RUNBOOKS}/pending.md")
    return well("pending", "no webhook waits for long")


def quarantine(found: Any) -> Finding:
    """Look for webhooks that could not be taken."""
    if found.quarantined:
        advice = f"antiphon arrivals quarantine --account NAME lists them; {_RUNBOOKS}/quarantine.md"
        return bad("quarantine", f"{found.quarantined} webhooks could not be taken", advice)
    return well("quarantine", "empty")


def webhooks_out(found: Any) -> Finding:
    """Look for deliveries that should have been made an hour ago, and for endpoints that were given up."""
    if found.deliveries_late or found.endpoints_failing:
        told = f"{found.deliveries_late} deliveries are an hour late, {found.endpoints_failing} endpoints were given up"
        return bad("webhooks out", told, f"{_RUNBOOKS}/webhooks-out.md")
    return well("webhooks out", "on time")
