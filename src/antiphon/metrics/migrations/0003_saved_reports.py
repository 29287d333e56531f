"""The table of saved reports."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    """Makes it."""

    dependencies = [("accounts", "0002_tenancy"), ("metrics", "0002_moves")]

    operations = [
        migrations.CreateModel(
            name="SavedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("query", models.CharField(max_length=4000)),
                ("is_shared", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
                (
                    "owner",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="accounts.membership"),
                ),
            ],
            options={
                "db_table": "saved_report",
                "indexes": [
                    models.Index(condition=models.Q(("removed_at__isnull", True)), fields=["account", "-id"], name="saved_report_newest")
                ],
            },
        ),
        secured("saved_report"),
    ]
