"""The table of long work."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    """Makes it."""

    initial = True

    dependencies = [("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("subject", models.CharField(blank=True, default="", max_length=64)),
                ("arguments", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("result", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("actor", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
            ],
            options={
                "db_table": "task",
                "indexes": [
                    models.Index(fields=["account", "-created_at"], name="task_by_time"),
                    models.Index(fields=["account", "kind", "subject", "-created_at"], name="task_by_subject"),
                ],
            },
        ),
        secured("task"),
    ]
