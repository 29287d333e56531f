"""Judges a site after a fault: the oracle's ledger against the tables, the promises, and how long it took to be well again."""

import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import psycopg

from antiphon.metrics.recount import differences
from tests.faults.ledger import Ledger
from tests.faults.load import reply
from tests.faults.site import Site
from tests.kit.promises import broken

_PROMPT_SECONDS = 1.0
_PENDING = "select count(*) from arrival where state = 'pending'"


@dataclass
class Verdict:
    """What came of a fault: how many webhooks and answers were acknowledged, which of them are gone or there twice, what is wrong."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    ails: dict[str, float] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def recover(site: Site, *, seconds: float = 180, told: dict[str, float] | None = None) -> float:
    """Wait until the site is well: all its processes are there, a webhook is answered at once, nothing waits in spools or as pending.

    `told` hears what was not well, and until when.
    """
    ails: dict[str, float] = {} if told is None else told
    began = time.monotonic()
    while what := _ails(site):
        ails[what] = time.monotonic() - began
        assert time.monotonic() < began + seconds, f"it did not recover in {seconds:g} s: {ails}"
        time.sleep(0.05)
    return time.monotonic() - began


def _ails(site: Site) -> str:
    """Return what is not well yet, or nothing."""
    if len(site.web_workers()) < int(site.environ.get("ANTIPHON_WORKERS", "2")):
        return "a web worker is missing"
    if site.programs["worker"].poll() is not None:
        return "the worker is missing"
    try:
        began = time.monotonic()
        probe = httpx.post(site.hook("reply"), json=reply(site, "0031699999999", f"probe {time.time()}"), timeout=5)
        if probe.status_code != httpx.codes.OK or time.monotonic() - began > _PROMPT_SECONDS:
            return (
                f"answered {probe.status_code} after more than {_PROMPT_SECONDS:g} s"
                if probe.is_success
                else f"answered {probe.status_code}"
            )
        return "spools wait" if site.segments else "" if site.rows(_PENDING) == [(0,)] else "arrivals wait"
    except (httpx.TransportError, psycopg.OperationalError) as error:
        return type(error).__name__


def judge(site: Site, ledger: Ledger, *, sent: Counter[str] | None = None) -> Verdict:
    """Compare what was acknowledged with what is stored, and hold every promise. Call while nothing is sent and nothing waits."""
    found = Verdict()
    for kind, table in (("reply", "reply"), ("notice", "notice"), ("answer", "answer")):
        stored = Counter(text for (text,) in site.rows(f"select text from {table}"))
        acknowledged = ledger.counts("ack", kind)
        found.acknowledged += acknowledged.total()
        found.lost += sorted(set(acknowledged) - set(stored))
        found.doubled += sorted(name for name in ledger.names("intent", kind) if stored[name] > 1)
    found.doubled += [f"sent {times} times: {reference}" for reference, times in (sent or Counter()).items() if times > 1]
    found.wrong += _wrong(site)
    return found


def _wrong(site: Site) -> list[str]:
    with site.connect() as db:
        accounts = [account for (account,) in db.execute("select id from account").fetchall()]
        quarantined = db.execute(
            "select count(*), min(reason) from arrival where state = 'quarantined' and reason like '%failed%'"
        ).fetchone()
        said = broken(db) + [line for account in accounts for line in differences(db, account)]
    return said + ([f"in quarantine for our own fault: {quarantined}"] if quarantined and quarantined[0] else [])
