"""The base of every fact table: keys that start with the account, ids that are UUIDv7, and the operations of migrations."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from antiphon.kit.ids import uuid7


class Fact(models.Model):
    """A row of a fact table: `(account_id, id)` is its key, so that tenants stay apart and Citus can shard by account."""

    account = models.ForeignKey("accounts.Account", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    id = models.UUIDField(default=uuid7)
    pk = models.CompositePrimaryKey("account_id", "id")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert a new row in one statement: with a composite key Django would try an UPDATE first."""
        if self._state.adding:
            kwargs["force_insert"] = True
        super().save(*args, **kwargs)


def fact_reference(to: str, column: str, *, related_name: str = "+", null: bool = False) -> Any:
    """Return a relation to another fact of the same account, by `(account_id, column)`; no constraint in the database."""
    return models.ForeignObject(
        to,
        on_delete=models.DO_NOTHING,
        from_fields=["account", column],
        to_fields=["account", "id"],
        related_name=related_name,
        null=null,
    )


class CreatePartitioned(migrations.CreateModel):
    """CreateModel for a table that is partitioned by month on its UUIDv7 id."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the table with a partition clause; the columns stay described once, in the model."""
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = plain + " PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain


def secured(*tables: str) -> migrations.RunPython:
    """Return the operation that follows the creation of tenants' tables: forced row-level security, a policy per role, the grants."""

    def secure(_apps: Any, schema_editor: Any) -> None:
        run = schema_editor.connection.cursor().execute
        owner, app, jobs = (settings.DATABASES[alias]["USER"] for alias in ("owner", "default", "jobs"))
        for table in tables:
            run(f'alter table "{table}" enable row level security')
            run(f'alter table "{table}" force row level security')
            run(f'create policy tenant on "{table}" to "{app}" using (account_id = current_setting(\'antiphon.account\')::bigint)')
            run(f'create policy jobs on "{table}" to "{jobs}" using (true)')
            run(f'create policy owner on "{table}" to "{owner}" using (true)')
            run(f'grant select, insert, update, delete on "{table}" to "{app}", "{jobs}"')
        run(f'grant usage, select on all sequences in schema public to "{app}", "{jobs}"')

    return migrations.RunPython(secure, migrations.RunPython.noop, elidable=False)
