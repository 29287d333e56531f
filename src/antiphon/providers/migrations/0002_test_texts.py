"""The table of test texts."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    """Makes it."""

    dependencies = [("providers", "0001_tables"), ("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="TestText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to_number", models.CharField(max_length=64)),
                ("from_number", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("reference", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("attempted_at", models.DateTimeField(null=True)),
                ("state", models.CharField(default="dispatching", max_length=16)),
                ("state_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=32)),
                ("detail", models.CharField(blank=True, default="", max_length=200)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
                (
                    "source",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="test_texts", to="providers.source"),
                ),
            ],
            options={
                "db_table": "test_text",
                "indexes": [models.Index(fields=["account", "source", "-created_at"], name="test_text_by_source")],
                "constraints": [models.UniqueConstraint(fields=("account", "reference"), name="test_text_reference_once")],
            },
        ),
        secured("test_text"),
    ]
