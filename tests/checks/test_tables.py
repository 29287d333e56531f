"""The rule on tables, on models made for it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.test.utils import isolate_apps

from checks.tables import breaches


class _Meta:
    app_label = "intake"


def made(name: str, *, meta: dict[str, Any] | None = None, account: bool = True, **fields: Any) -> Any:
    """Return a model; with `account`, a tenant's."""
    own = {"account": models.ForeignKey("accounts.Account", models.DO_NOTHING, db_index=False, related_name="+")} if account else {}
    inner = type("Meta", (_Meta,), meta or {})
    return type(name, (models.Model,), {"__module__": __name__, "Meta": inner, **own, **fields})


def says(model: Any) -> list[str]:
    return [found.message.removesuffix(": the account comes first") for found in breaches([model], Path(__file__).parents[2])]


def key(*names: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(*names)


@isolate_apps("antiphon.intake", "antiphon.accounts")
def test_a_key_starts_with_the_account() -> None:
    assert says(made("Wrong", row=models.IntegerField(), pk=key("row", "account_id"))) == [
        "the primary key of intake_wrong starts with row"
    ]
    assert says(made("Right", row=models.IntegerField(), pk=key("account_id", "row"))) == []


@isolate_apps("antiphon.intake", "antiphon.accounts")
@pytest.mark.parametrize("kind", ["constraint", "index"])
def test_constraints_and_indexes_start_with_the_account(kind: str) -> None:
    def meta(*fields: str) -> dict[str, Any]:
        if kind == "index":
            return {"indexes": [models.Index(fields=fields, name="by_row"), GinIndex(fields=["row"], name="gin")]}
        return {
            "constraints": [
                models.UniqueConstraint(fields=fields, name="by_row"),
                models.CheckConstraint(condition=models.Q(row__gt=0), name="row_positive"),
            ]
        }

    assert says(made("Wrong", row=models.IntegerField(), meta=meta("row", "account"))) == [f"the {kind} by_row starts with row"]
    assert says(made("Right", row=models.IntegerField(), meta=meta("account", "row"))) == []


@isolate_apps("antiphon.intake", "antiphon.accounts")
def test_fields_have_no_index_of_their_own() -> None:
    (unique,) = says(made("Wrong", row=models.IntegerField(unique=True)))
    assert unique.startswith("intake_wrong.row is unique across accounts")
    (indexed,) = says(made("Odd", row=models.IntegerField(db_index=True), pk=key("account_id", "row")))
    assert indexed.startswith("intake_odd.row has an index of its own")
    assert says(made("Right", row=models.IntegerField(), pk=key("account_id", "row"))) == []


@isolate_apps("antiphon.intake", "antiphon.accounts")
def test_tables_of_no_account_are_left_alone() -> None:
    assert says(made("Free", account=False, row=models.IntegerField(unique=True))) == []
