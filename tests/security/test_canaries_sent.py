"""What leaves the site by other ways than pages and calls: files of facts, mail. South's canaries are in none of North's."""

from datetime import UTC, timedelta
from pathlib import Path

import duckdb
import pytest
from django.core import mail
from django.core.mail import EmailMessage

from antiphon.accounts.invitations import invite
from antiphon.exports import verbs as exports
from antiphon.exports.facts import FACTS
from antiphon.tasks.verbs import begin
from antiphon.worker.tasks import run
from tests.kit.world import ACTOR
from tests.security.canaries import seen
from tests.security.conftest import Both
from tests.security.living import Living

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def exported(one: Living, folder: Path) -> str:
    """Write every fact of the story's day to Parquet; return what the files say, and what they are called."""
    tenant = one.tenant
    day = tenant.clock().astimezone(UTC).date() - timedelta(days=2)
    chosen = exports.parts(tuple(FACTS), since=day, until=day, at=tenant.clock())
    parts = [part for part, _ in exports.export(folder, tenant.id, chosen)]
    with duckdb.connect() as db:
        found = [str(db.sql(f"select t::varchar from '{part.path(folder, tenant.id)}' t").fetchall()) for part in parts]
    return "\n".join([*found, *(str(part.path(folder, tenant.id).relative_to(folder)) for part in parts)])


def test_files_of_facts(both: Both, tmp_path: Path) -> None:
    assert seen(exported(both.north, tmp_path / "north"), both.canaries) == []
    assert {"zuidwoord", "7310002"} <= set(seen(exported(both.south, tmp_path / "south"), both.canaries))


def mailed(one: Living) -> EmailMessage:
    """Have an invitation sent by mail."""
    tenant = one.tenant
    made = invite(tenant.id, email="new@elsewhere.example", name="New", role="agent", actor=ACTOR, at=tenant.clock())
    task = begin(tenant.id, "invitation", arguments={"invitation_id": made.invitation.pk}, actor=ACTOR, at=tenant.clock())
    mail.outbox.clear()
    run(tenant.id, task.pk, tries=1, most=1)
    (message,) = mail.outbox
    assert isinstance(message, EmailMessage)
    return message


def test_mail_names_the_account_that_sends_it_and_no_other(both: Both) -> None:
    norths, souths = mailed(both.north), mailed(both.south)
    assert seen(f"{norths.message()}", both.canaries) == []
    assert ("North" in norths.body, "South" in norths.body) == (True, False)
    assert ("North" in souths.body, "South" in souths.body) == (False, True)
