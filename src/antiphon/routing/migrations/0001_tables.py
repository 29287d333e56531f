"""The table of presence."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    """Makes it."""

    initial = True

    dependencies = [("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("online", "Online"), ("away", "Away"), ("offline", "Offline")], default="offline", max_length=16
                    ),
                ),
                ("set_by", models.CharField(max_length=64)),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("last_assigned_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
                ("membership", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.membership")),
            ],
            options={
                "db_table": "presence",
                "constraints": [models.UniqueConstraint(fields=("account", "membership"), name="presence_once")],
                "indexes": [models.Index(condition=models.Q(("state", "online")), fields=["account", "seen_at"], name="presence_online")],
            },
        ),
        secured("presence"),
    ]
