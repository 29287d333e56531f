"""The tables of webhooks out."""

import django.db.models.deletion
from django.db import migrations, models

from antiphon.kit.ids import uuid7
from antiphon.kit.tables import secured


class Migration(migrations.Migration):
    """Makes them."""

    initial = True

    dependencies = [("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("url", models.CharField(max_length=2000)),
                ("kinds", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("gone", "Gone"), ("failing", "Failing")],
                        default="active",
                        max_length=16,
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
            ],
            options={
                "db_table": "webhook_endpoint",
                "constraints": [models.UniqueConstraint(fields=("account", "name"), name="webhook_endpoint_name_once")],
            },
        ),
        migrations.CreateModel(
            name="EndpointSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
                (
                    "endpoint",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="webhooks.endpoint"),
                ),
            ],
            options={
                "db_table": "webhook_secret",
                "indexes": [models.Index(fields=["account", "endpoint"], name="webhook_secret_of")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("endpoint_id", models.BigIntegerField()),
                ("event_id", models.UUIDField()),
                ("type", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=80)),
                ("position", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("given_up", "Given Up")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("status", models.SmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=100)),
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
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "endpoint_id", "event_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={
                "db_table": "webhook_delivery",
                "indexes": [
                    models.Index(fields=["account", "endpoint_id", "position"], name="webhook_delivery_log"),
                    models.Index(
                        condition=models.Q(("state", "given_up")),
                        fields=["account", "endpoint_id", "event_id"],
                        name="webhook_delivery_given_up",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["account", "endpoint_id", "subject", "position"],
                        name="webhook_delivery_line",
                    ),
                    models.Index(condition=models.Q(("state", "waiting")), fields=["account", "next_at"], name="webhook_delivery_due"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.UUIDField(default=uuid7)),
                ("endpoint_id", models.BigIntegerField()),
                ("event_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("status", models.SmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=100)),
                ("took_ms", models.IntegerField()),
                ("answer", models.TextField(blank=True, default="")),
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
                (
                    "pk",
                    models.CompositePrimaryKey("account_id", "id", blank=True, editable=False, primary_key=True, serialize=False),
                ),
            ],
            options={
                "db_table": "webhook_attempt",
                "indexes": [models.Index(fields=["account", "endpoint_id", "event_id", "at"], name="webhook_attempt_of")],
            },
        ),
        secured("webhook_endpoint", "webhook_secret", "webhook_delivery", "webhook_attempt"),
    ]
