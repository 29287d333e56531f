"""The documentation page of the API, made from its OpenAPI document: no script, nothing from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from antiphon.accounts.permissions import ALLOWED
from antiphon.api.access import May

_PREFIX = "/api/v1/"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What was wrong, and what to do; `errors` name fields by their path.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
}
_REFUSED = {
    "description": "It could not be done: a problem document",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, or one parameter."""

    name: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Fields that belong together: parameters, a body, an answer."""

    name: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    text: str
    roles: list[str]
    tables: list[Table]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations on one kind of thing."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DocsPage:
    """The whole page."""

    title: str
    version: str
    text: str
    groups: list[Group]


def page(request: HttpRequest) -> HttpResponse:
    """Show every operation."""
    return render(request, "api/docs.html", {"page": content()})


def document(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the OpenAPI document."""
    return JsonResponse(described())


def described() -> dict[str, Any]:
    """Return the OpenAPI document, with what every operation answers that it could not do."""
    from antiphon.api.application import api  # noqa: PLC0415 - as below

    found: dict[str, Any] = api.get_openapi_schema(path_prefix=_PREFIX)
    found["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for operations_of in found["paths"].values():
        for operation in operations_of.values():
            operation["responses"].setdefault("default", _REFUSED)
    return found


@cache
def content() -> DocsPage:
    """Return what the page shows; the API does not change while it runs."""
    from antiphon.api.application import api  # noqa: PLC0415 - the API is put together after its parts

    document = api.get_openapi_schema(path_prefix=_PREFIX)
    roles = {
        (method, operation.operation_id or api.get_openapi_operation_id(operation)): operation for _, operation, method in operations(api)
    }
    groups: dict[str, Group] = {}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            name = (described.get("tags") or ["other"])[0]
            found = _operation(document, method, path, described, action_of(roles[method.upper(), described["operationId"]]))
            groups.setdefault(name, Group(name)).operations.append(found)
    info = document["info"]
    return DocsPage(info["title"], info["version"], info["description"], list(groups.values()))


def operations(api: Any) -> list[tuple[str, Any, str]]:
    """Return every operation of the API as (path, operation, method)."""
    found = []
    for _, router in api._routers:  # noqa: SLF001 - ninja offers no other way to its operations
        for path, view in router.path_operations.items():
            found += [(path, operation, method) for operation in view.operations for method in operation.methods]
    return found


def action_of(operation: Any) -> str:
    """Return the action that an operation asks for. Raises TypeError for one that asks for none: nothing is open by mistake."""
    asked = operation.auth_param
    if not isinstance(asked, May):
        message = f"{operation.path} asks for no action"
        raise TypeError(message)
    return asked.action


def _operation(document: dict[str, Any], method: str, path: str, described: dict[str, Any], action: str) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        text=described.get("description", ""),
        roles=sorted(ALLOWED[action]),
        tables=[table for table in _tables(document, described) if table.fields],
    )


def _tables(document: dict[str, Any], described: dict[str, Any]) -> Iterator[Table]:
    yield Table("Parameters", [_parameter(one) for one in described.get("parameters", [])])
    yield Table("Body", _fields(document, _schema_in(described.get("requestBody", {})), is_asked=True))
    for status, answer in described["responses"].items():
        schema = _resolved(document, _schema_in(answer))
        items = schema.get("properties", {}).get("items", {}).get("items")
        yield (
            Table(f"Answer {status}, each item", _fields(document, items))
            if items
            else Table(f"Answer {status}", _fields(document, schema))
        )


def _parameter(described: dict[str, Any]) -> Field:
    schema = described.get("schema", {})
    text = described.get("description") or schema.get("description", "")
    return Field(described["name"], _kind(schema), bool(described.get("required")), text)


def _schema_in(described: dict[str, Any]) -> dict[str, Any]:
    for content_type in described.get("content", {}).values():
        return dict(content_type.get("schema", {}))
    return {}


def _fields(document: dict[str, Any], schema: dict[str, Any], *, is_asked: bool = False) -> list[Field]:
    schema = _resolved(document, schema)
    required = set(schema.get("required", ())) if is_asked else set()
    properties = schema.get("properties", {})
    return [Field(name, _kind(one), name in required, one.get("description", "")) for name, one in properties.items()]


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    if "$ref" in schema:
        return dict(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    return schema


def _kind(schema: dict[str, Any]) -> str:
    """Return a kind in words: `list of integer`, `string or null`."""
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("const", schema.get("format", schema.get("type", "anything"))))
