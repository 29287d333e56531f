"""The table of moves, and the view that every reader of counters reads: counters with the moves not folded into them yet."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from antiphon.kit.ids import uuid7
from antiphon.kit.tables import secured

COLUMNS = (
    "metric", "bucket", "campaign_type", "campaign_id", "engagement_id", "entry_point_id", "source_id", "skill_id", "language", "verdict",
    "agent_id", "closed_by", "band", "currency", "value", "total",
)  # fmt: skip

COUNTER_NOW = """
create view counter_now with (security_invoker = true) as
select
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language,
    verdict, agent_id, closed_by, band, currency, value, total
from counter
union all
select
    counter_move.account_id,
    moved.metric, moved.bucket, moved.campaign_type, moved.campaign_id, moved.engagement_id, moved.entry_point_id,
    moved.source_id, moved.skill_id, moved.language, moved.verdict, moved.agent_id, moved.closed_by, moved.band, moved.currency,
    moved.value, moved.total
from counter_move
cross join lateral unnest(
    counter_move.metric, counter_move.bucket, counter_move.campaign_type, counter_move.campaign_id, counter_move.engagement_id,
    counter_move.entry_point_id, counter_move.source_id, counter_move.skill_id, counter_move.language, counter_move.verdict,
    counter_move.agent_id, counter_move.closed_by, counter_move.band, counter_move.currency, counter_move.value,
    counter_move.total
) as moved (
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, value, total
)
"""

# Rows come and go all the time. They are kept as they are: compressing them would cost more than the whole insert.
HOUSEKEEPING = """
alter table counter_move set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000, toast.autovacuum_vacuum_cost_delay = 0
)
"""


def prepare(_apps: Any, schema_editor: Any) -> None:
    """Make the view, let the roles read it, and set how the table is kept small."""
    run = schema_editor.connection.cursor().execute
    run(HOUSEKEEPING)
    for column in COLUMNS:
        run(f"alter table counter_move alter column {column} set storage external")
    run(COUNTER_NOW)
    for alias in ("default", "jobs"):
        run(f'grant select on counter_now to "{settings.DATABASES[alias]["USER"]}"')


class Migration(migrations.Migration):
    """Makes both."""

    dependencies = [("accounts", "0002_tenancy"), ("metrics", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="CounterMove",
            fields=[
                ("id", models.UUIDField(default=uuid7)),
                ("metric", ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ("bucket", ArrayField(base_field=models.DateTimeField(), size=None)),
                ("campaign_type", ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ("campaign_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("engagement_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("entry_point_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("source_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("skill_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("language", ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ("verdict", ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ("agent_id", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("closed_by", ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ("band", ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ("currency", ArrayField(base_field=models.CharField(max_length=3), size=None)),
                ("value", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("total", ArrayField(base_field=models.DecimalField(decimal_places=6, max_digits=24), size=None)),
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
            options={"db_table": "counter_move"},
        ),
        secured("counter_move"),
        migrations.RunPython(prepare, migrations.RunPython.noop, elidable=False),
    ]
