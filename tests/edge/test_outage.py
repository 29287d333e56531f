"""The database stopped under load and started again, a web worker killed meanwhile: nothing acknowledged is lost or doubled."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

from tests.edge.outage import Provider, Site, site, until

_OPEN_TWICE = """
    select consumer_id from conversation where state <> 'closed' group by account_id, source_id, consumer_id having count(*) > 1
"""
_HOMELESS = """
    select count(*) from reply r
    left join conversation c on c.account_id = r.account_id and c.id = r.conversation_id
    where c.id is null
"""


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    with site(tmp_path / "home") as running:
        provider = Provider(running, threads=12, each=150)
        provider.start()
        until(lambda: len(provider.ledger) > 100, seconds=15)
        running.server.stop()
        until(lambda: segments(running), seconds=15)
        killed = kill_a_spooling_worker(running)
        time.sleep(1)
        taken_meanwhile = len(provider.ledger)
        running.server.start()
        provider.join(seconds=60)
        assert 0 < taken_meanwhile < len(provider.ledger) == 12 * 150
        until(lambda: not segments(running), seconds=30)
        until(lambda: running.rows("select count(*) from arrival where state = 'pending'") == [(0,)], seconds=20)
        check(running, provider)
        assert killed not in web_workers(running)


def segments(running: Site) -> list[Path]:
    return list(running.spool.glob("*.spool")) if running.spool.exists() else []


def web_workers(running: Site) -> list[int]:
    main = running.programs[0].pid
    return [int(child) for child in Path(f"/proc/{main}/task/{main}/children").read_text().split()]


def kill_a_spooling_worker(running: Site) -> int:
    spooling = [pid for pid in web_workers(running) if any(is_segment(opened) for opened in Path(f"/proc/{pid}/fd").iterdir())]
    os.kill(spooling[0], signal.SIGKILL)
    return spooling[0]


def is_segment(opened: Path) -> bool:
    return opened.is_symlink() and str(opened.readlink()).endswith(".spool")


def check(running: Site, provider: Provider) -> None:
    stored = Counter(text for (text,) in running.rows("select text from reply"))
    assert provider.ledger - set(stored) == set()
    assert [text for text, times in stored.items() if times > 1] == []
    assert running.rows("select count(*) from arrival where state = 'quarantined'") == [(0,)]
    assert running.rows(_OPEN_TWICE) == []
    assert running.rows(_HOMELESS) == [(0,)]
    assert running.rows("select count(distinct consumer_id) from reply") == running.rows("select count(*) from conversation")
