"""Who was erased, known by a keyed hash of the number."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.ids import uuid7
from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenancy"),
        ("consumers", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=uuid7)),
                ("pk", models.CompositePrimaryKey("account_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("consumer_id", models.UUIDField()),
                ("mark", models.BinaryField(max_length=16)),
                ("number", models.CharField(blank=True, max_length=32)),
                ("at", models.DateTimeField()),
                ("swept_at", models.DateTimeField(null=True)),
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
                "db_table": "erasure",
                "indexes": [models.Index(fields=["account", "mark"], name="erasure_by_mark")],
            },
        ),
        secured("erasure"),
    ]
