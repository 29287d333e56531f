"""How long everything is kept, and the two things that may be done to the audit trail, by functions that do nothing else."""

from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from antiphon.kit.tables import secured

SQL = Path(__file__).parent / "sql"


def prepare(_apps: Any, schema_editor: Any) -> None:
    """Create the functions, and let the application erase, the jobs forget."""
    run = schema_editor.connection.cursor().execute
    app, jobs = (settings.DATABASES[alias]["USER"] for alias in ("default", "jobs"))
    run((SQL / "functions.sql").read_text())
    run(f'grant execute on function erase_from_audit(bigint, uuid) to "{app}"')
    run(f'grant execute on function forget_audit(bigint, timestamptz, integer) to "{jobs}"')


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_tenancy"),
        ("consumers", "0002_erasures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("days", models.PositiveIntegerField(null=True)),
                ("kept_from", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
            ],
            options={
                "db_table": "retention",
                "constraints": [models.UniqueConstraint(fields=("account", "kind"), name="retention_once")],
            },
        ),
        migrations.RunPython(prepare, migrations.RunPython.noop, elidable=False),
        secured("retention"),
    ]
