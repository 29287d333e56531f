"""A worker that is killed for real, in the middle of its work: another goes on, and nothing is lost, stored or counted twice."""

import signal
import subprocess
import sys
import time

import pytest
from django.db import connections

from antiphon.intake.models import Notice
from antiphon.kit.db import account
from antiphon.metrics.recount import differences
from antiphon.tasks import files, verbs
from antiphon.worker import tasks
from tests.kit.clock import Clock
from tests.kit.world import Tenant, build

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])
LINES, BAD_EVERY = 12_000, 100
WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "antiphon.config.settings"
from django.conf import settings
for database in settings.DATABASES.values():
    database["NAME"] = sys.argv[1]
import django
django.setup()
from antiphon.worker import tasks
tasks.run(int(sys.argv[2]), int(sys.argv[3]), tries=0, most=6)
"""


@pytest.fixture
def north(transactional_db: None, clock: Clock) -> Tenant:  # noqa: ARG001 - another process looks at it
    return build(clock).north


def test_an_upload_survives_the_kill_of_its_worker(north: Tenant) -> None:
    task = verbs.begin(
        north.id,
        "upload_notices",
        arguments={"source": north.source.id, "file": "notices", "lines": LINES + 1},
        actor="membership:1",
        at=north.clock(),
    )
    rows = ["nobody" if number % BAD_EVERY == 0 else f"+316{10_000_000 + number}" for number in range(LINES)]
    (files.made(north.id, task.pk) / "notices").write_text("\n".join(["phone", *rows, ""]))
    name = str(connections["default"].settings_dict["NAME"])
    worker = subprocess.Popen([sys.executable, "-c", WORKER, name, str(north.id), str(task.pk)])
    try:
        deadline = time.monotonic() + 180
        while verbs.find(north.id, task.pk).done < 2_000 and time.monotonic() < deadline and worker.poll() is None:
            time.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    left = verbs.find(north.id, task.pk)
    assert left.state == "running"
    assert 2_000 <= left.done < LINES
    tasks.run(north.id, task.pk, tries=1, most=6)
    done, bad = verbs.find(north.id, task.pk), LINES // BAD_EVERY
    assert {name: done.result[name] for name in ("received", "stored", "copies", "failed")} == {
        "received": LINES, "stored": LINES - bad, "copies": 0, "failed": bad,
    }  # fmt: skip
    path = files.file_of(north.id, task.pk, "errors.csv")
    assert path
    assert [int(line.split(",")[0]) for line in path.read_text().splitlines()[1:]] == list(range(2, LINES + 2, BAD_EVERY))
    with account(north.id) as db:
        assert Notice.objects.count() == LINES - bad
        assert differences(db, north.id) == []
