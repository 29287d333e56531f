"""What the things that a report is split by are called; archived and removed ones keep their names."""

from collections.abc import Iterable
from dataclasses import dataclass

from antiphon.kit.db import Database, rows, sql
from antiphon.metrics.dictionary import DIMENSIONS
from antiphon.metrics.report import Item

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called; `is_gone` when it is archived, removed or switched off."""

    text: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a report can be narrowed to."""

    id: int
    name: str
    is_gone: bool


def names(db: Database, account_id: int, wanted: Iterable[tuple[str, Value]]) -> dict[tuple[str, Value], Name]:
    """Return the names of (dimension, id) pairs; one that the account does not have is called by its number."""
    asked = sorted({(name, value) for name, value in wanted if isinstance(value, int) and DIMENSIONS[name].is_number})
    if not asked:
        return {}
    parameters = {"account_id": account_id, "of": [name for name, _ in asked], "ids": [value for _, value in asked]}
    found = rows(db, sql(__package__, "names"), parameters)
    return {(row.dimension, row.id): Name(row.name or f"#{row.id}", row.is_gone) for row in found}


def names_of(db: Database, account_id: int, items: Iterable[Item]) -> dict[tuple[str, Value], Name]:
    """Return the names of everything that items are split by."""
    return names(db, account_id, {pair for item in items for pair in item.by.items()})


def choices(db: Database, account_id: int, dimension: str, *, most: int) -> list[Choice]:
    """Return the things of a dimension, those in use first, then the newest."""
    found = rows(db, sql(__package__, "choices"), {"account_id": account_id, "dimension": dimension, "most": most})
    return [Choice(row.id, row.name, row.is_gone) for row in found]
