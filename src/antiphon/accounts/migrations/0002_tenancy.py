"""Row-level security, grants, functions, views and the first partitions: what Django's operations cannot say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations

from antiphon.kit.tables import secured

SQL = Path(__file__).parent / "sql"

TENANT_TABLES = (
    "answer", "app_grant", "arrival", "arrival_key", "audit_entry", "broadcast", "campaign", "canned_answer", "campaign_version", "consumer", "conversation",
    "conversation_step", "conversion", "counter", "decision", "delivery_report", "engagement", "engagement_entry_point",
    "engagement_version", "entry_point", "event", "event_position", "idempotent_response", "ignored_campaign", "membership_skill",
    "notice", "opt_out", "reply", "skill", "source", "source_heard", "source_secret",
)  # fmt: skip


def prepare(_apps: Any, schema_editor: Any) -> None:
    """Create functions and views, grant, make partitions."""
    run = schema_editor.connection.cursor().execute
    app, jobs = (settings.DATABASES[alias]["USER"] for alias in ("default", "jobs"))
    for name in ("functions", "claims", "contributions"):
        run((SQL / f"{name}.sql").read_text())
    for role in (app, jobs):
        run(f'grant usage on schema public to "{role}"')
        run(f'grant select, insert, update, delete on all tables in schema public to "{role}"')
        run(f'grant usage, select on all sequences in schema public to "{role}"')
        run(f'revoke all on django_migrations from "{role}"')
        run(f'grant select on django_migrations to "{role}"')
        run(f'revoke update, delete on audit_entry from "{role}"')
    run("select ensure_partitions(%s, %s)", [datetime.now(UTC).date() - timedelta(days=32), datetime.now(UTC).date() + timedelta(days=70)])


class Migration(migrations.Migration):
    """Runs after every table exists, the ones of other packages included."""

    dependencies = [
        ("accounts", "0001_tables"),
        ("attribution", "0001_tables"),
        ("campaigns", "0001_tables"),
        ("consumers", "0001_tables"),
        ("conversations", "0001_tables"),
        ("events", "0001_tables"),
        ("intake", "0001_tables"),
        ("metrics", "0001_tables"),
        ("providers", "0001_tables"),
        ("sessions", "0001_initial"),
        ("account", "__latest__"),
        ("mfa", "__latest__"),
        ("socialaccount", "__latest__"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunPython(prepare, migrations.RunPython.noop, elidable=False), secured(*TENANT_TABLES)]
