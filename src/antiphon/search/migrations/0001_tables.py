"""The tables of the index, and the functions that fill and ask it."""

from pathlib import Path
from typing import Any

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from antiphon.kit.ids import uuid7
from antiphon.kit.tables import secured

SQL = Path(__file__).parent / "sql"


def prepare(_apps: Any, schema_editor: Any) -> None:
    """Create the functions, and let nobody else's roles ask them."""
    run = schema_editor.connection.cursor().execute
    run((SQL / "functions.sql").read_text())
    run((SQL / "search.sql").read_text())
    run("revoke all on function search_conversations from public")
    for alias in ("default", "jobs"):
        run(f'grant execute on function search_conversations to "{settings.DATABASES[alias]["USER"]}"')


class Migration(migrations.Migration):
    """Makes both tables."""

    dependencies = [("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.UUIDField(default=uuid7)),
                ("started_at", models.DateTimeField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("pk", models.CompositePrimaryKey("account_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "search_entry",
                "indexes": [
                    models.Index(fields=["account", "started_at", "id"], name="search_entry_by_start"),
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="search_entry_words"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchPosition",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "search_position"},
        ),
        secured("search_entry", "search_position"),
        migrations.RunPython(prepare, migrations.RunPython.noop, elidable=False),
    ]
