"""Fields that nobody asked for: the API refuses them by name, forms pass them by."""

from typing import Any

import pytest

from antiphon.accounts.models import Membership
from antiphon.api.docs import described
from tests.security.conftest import Both
from tests.security.test_canaries import PLAIN, _schema, _value, api_addresses, page_addresses, rows_of

ADDED = ("account_id", "id", "version", "role", "owner", "is_superuser", "created_at")


def test_no_body_of_the_api_takes_what_is_not_described() -> None:
    """Every kind of thing that a body is made of, at any depth."""
    document = described()
    kinds = document["components"]["schemas"]
    waiting = [
        one for methods in document["paths"].values() for operation in methods.values() for one in named(operation.get("requestBody"))
    ]
    asked: set[str] = set()
    while waiting:
        if (name := waiting.pop()) not in asked:
            asked.add(name)
            waiting += named(kinds[name])
    bodies = {name for name in asked if kinds[name].get("type") == "object"}
    assert len(bodies) > 25
    assert {name for name in bodies if kinds[name].get("additionalProperties") is not False} == set()


def named(value: Any) -> list[str]:
    """Return the kinds of thing that a description names."""
    if isinstance(value, dict):
        own = [value["$ref"].rsplit("/", 1)[1]] if "$ref" in value else []
        return own + [name for inner in value.values() for name in named(inner)]
    return [name for inner in value for name in named(inner)] if isinstance(value, list) else []


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_api_refuses_added_fields_by_name(both: Both) -> None:
    document, caller = described(), both.north.caller
    before, count = rows_of(both.north), 0
    for method, path, address in api_addresses(both.north):
        operation = document["paths"][f"/api/v1/{path}"][method.lower()]
        schema = _schema(document, operation)
        if not set(schema.get("required", [])) <= {
            *PLAIN,
            "source",
            "skill",
            "default_skill",
            "agent",
            "engagement",
            "conversations",
            "phone",
        }:
            continue
        added = next(name for name in ADDED if name not in schema.get("properties", {})) if schema else ""
        if schema:
            body = {name: _value(name, schema, both.north) for name in schema.get("required", [])} | {added: both.south.tenant.id}
            response = caller.raw(method, address, body)
            assert response.status_code == 422, (method, path, response.content)
            assert added in response.content.decode(), (method, path)
            count += 1
    assert count > 30
    assert rows_of(both.north) == before


@pytest.mark.django_db(databases=["default", "owner"])
def test_lines_of_an_upload_refuse_them_too(both: Both) -> None:
    line = f'{{"source": {both.north.things["source_id"]}, "phone": "+31612345678", "sender": "+3197000004410", "account_id": 1}}\n'
    told = both.north.caller.raw("POST", "notices", line, content_type="application/x-ndjson").json()
    assert (told["failed"], "account_id" in str(told["errors"])) == (1, True)
    fine = line.replace(', "account_id": 1', "")
    assert both.north.caller.raw("POST", "notices", fine, content_type="application/x-ndjson").json()["failed"] == 0


@pytest.mark.django_db(databases=["default", "owner"])
def test_forms_pass_added_fields_by(both: Both) -> None:
    """Every form posted by an agent with fields of power in it: nobody's role changes, nothing of South's does."""
    south, roles = rows_of(both.south), list(Membership.objects.order_by("id").values_list("id", "account_id", "user_id", "role"))
    powers = {"account": both.south.tenant.id, "account_id": both.south.tenant.id, "role": "administrator", "is_superuser": "on"}
    for role in ("agent", "administrator"):
        visitor = both.north.visitor(role)
        own = powers if role == "agent" else {name: value for name, value in powers.items() if name != "role"}
        for page, address in page_addresses(both.north, method="POST"):
            assert visitor.post(address, own | {"id": both.south.things["campaign_id"], "name": "Renamed"}).status_code < 500, page
        visitor.post("/accounts/you/account", own | {"membership": both.south.things["person_id"]})
        assert visitor.get("/").status_code == 200
    assert list(Membership.objects.order_by("id").values_list("id", "account_id", "user_id", "role")) == roles
    assert rows_of(both.south) == south
