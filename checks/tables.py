"""Tables: the account comes first. PostgreSQL sees to the rest (row-level security is tested with a second tenant)."""

import inspect
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from checks.project import Finding, Project, Rule

Model = Any


def find(project: Project) -> Iterator[Finding]:
    """Look at the models of an installed Antiphon; other projects have none."""
    if not any(project.files("src/antiphon/config/settings.py")):
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "antiphon.config.settings")
    import django  # noqa: PLC0415 - no other rule needs it
    from django.apps import apps  # noqa: PLC0415 - as above

    django.setup()
    models = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("antiphon.")]
    yield from breaches(models, project.root)


def breaches(models: Iterable[Model], root: Path) -> Iterator[Finding]:
    """Find keys, constraints and indexes of tenants' tables that do not start with the account."""
    for model in models:
        names = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - Django's documented way to a model's fields
        if "account" in names:
            at = partial(_finding, model, root)
            yield from (at(name, says) for name, says in _of_table(model))


def _of_table(model: Model) -> Iterator[tuple[str, str]]:
    meta = model._meta  # noqa: SLF001 - as above
    key = getattr(meta.pk, "field_names", None)
    if key and key[0] not in {"account", "account_id"}:
        yield "", f"the primary key of {meta.db_table} starts with {key[0]}"
    for constraint in meta.constraints:
        fields = getattr(constraint, "fields", ("account",))
        if fields and fields[0] != "account":
            yield constraint.name, f"the constraint {constraint.name} starts with {fields[0]}"
    for index in meta.indexes:
        if type(index).__name__ != "GinIndex" and (not index.fields or index.fields[0] != "account"):
            yield index.name, f"the index {index.name} starts with {(index.fields or ['an expression'])[0]}"
    for field in meta.concrete_fields:
        if field.name in {"account", "id", "pk"} or field.primary_key:
            continue
        if field.unique:
            yield field.name, f"{meta.db_table}.{field.name} is unique across accounts: make it a constraint that starts with account"
        elif key and field.db_index:
            yield field.name, f"{meta.db_table}.{field.name} has an index of its own: db_index=False, and one that starts with account"


def _finding(model: Model, root: Path, name: str, says: str) -> Finding:
    path = Path(inspect.getfile(model))
    try:
        line = inspect.getsourcelines(model)[1]
    except OSError:  # made by a call, not by a class statement
        line = 1
    return Finding(
        path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name, line, f"{says}: the account comes first", name
    )


RULE = Rule(
    "Tenants stay apart, and one account's rows lie together, only if every key starts with the account.",
    find,
    {
        "src/antiphon/accounts/models.py:key_hash": "a key is looked up to learn its account",
        "src/antiphon/accounts/models.py:secret_hash": "an invitation is looked up to learn its account",
        "src/antiphon/providers/models.py:value": "a webhook's key is looked up to learn its account",
    },
)
