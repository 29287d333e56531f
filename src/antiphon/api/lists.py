"""Lists by cursor: a page says where the next one starts, so that nothing is skipped or repeated while rows are added."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

from antiphon.kit.problems import Invalid

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class Page(Schema, Generic[Item]):
    """One page; `next` goes into `cursor` for the page after it, null when this is the last."""

    items: list[Item]
    next: str | None


class Paging(Schema):
    """Where a page starts and how long it is."""

    cursor: str | None = Field(default=None, description="next of the page before")
    limit: int = Field(50, ge=1, le=200)


PagingQuery = Annotated[Paging, Query(...)]


def by_id(rows: QuerySet[Row, Row], paging: Paging, shown: Callable[[Row], Any]) -> dict[str, Any]:
    """Return a page of configuration rows, oldest first."""
    if paging.cursor:
        (last,) = read_cursor(paging.cursor, int)
        rows = rows.filter(pk__gt=last)
    found = list(rows.order_by("pk")[: paging.limit + 1])
    return page([shown(row) for row in found[: paging.limit]], found, paging, key=lambda row: [row.pk])


def page(items: Sequence[Any], found: Sequence[Any], paging: Paging, *, key: Callable[[Any], list[Any]]) -> dict[str, Any]:
    """Return a page of `items`; `found` holds one row more when there is a next page, `key` is what a row is sorted by."""
    more = len(found) > paging.limit
    return {"items": items, "next": cursor(key(found[paging.limit - 1])) if more else None}


def cursor(key: list[Any]) -> str:
    """Return the opaque form of a key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":"), default=str).encode()).decode().rstrip("=")


def read_cursor(text: str, *kinds: Callable[[Any], Any]) -> list[Any]:
    """Return the key behind a cursor, each part read by its kind. Raises Invalid."""
    try:
        parts = list(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        return [kind(part) for kind, part in zip(kinds, parts, strict=True)]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise Invalid("bad_cursor", "Take cursor from next of the page before.", field="cursor") from None
