"""How often something may be done, and what limits of signing in remember, in tables that no crash need bring back."""

from typing import Any

from django.conf import settings
from django.db import migrations, models


def open_doors(_apps: Any, schema_editor: Any) -> None:
    """Make the cache, keep both out of the log, and let the application and the jobs use them."""
    run = schema_editor.connection.cursor().execute
    app, jobs = (settings.DATABASES[alias]["USER"] for alias in ("default", "jobs"))
    run("create unlogged table cache (cache_key varchar(255) primary key, value text not null, expires timestamptz not null)")
    run("create index cache_expires on cache (expires)")
    run("alter table allowance set unlogged")
    run(f'grant select, insert, update, delete on allowance, cache to "{app}", "{jobs}"')


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenancy"),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("has", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "allowance",
            },
        ),
        migrations.RunPython(open_doors, migrations.RunPython.noop, elidable=False),
    ]
