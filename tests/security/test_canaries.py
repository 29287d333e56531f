"""Nothing of South's is in anything that North is given: its canaries are read from its rows and sought in every output."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest

from antiphon.accounts.permissions import may
from antiphon.api.application import api
from antiphon.api.docs import operations
from tests.access.test_api import plain
from tests.access.test_pages import Address, filled, pages
from tests.security.canaries import every_row, folded, seen
from tests.security.conftest import Both
from tests.security.living import Living

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def told(response: Any) -> str:
    """Return everything that an answer says: headers, and the body, taken out of its archive if it is one."""
    body = b"".join(response)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return f"{response.headers}\n{body.decode('utf-8', 'replace')}"


def page_addresses(one: Living, *, method: str = "GET") -> Iterator[tuple[Address, str]]:
    """Yield every page with one tenant's things in its address. Raises KeyError for a kind of thing that the story does not tell of."""
    for page in pages():
        if page.method == method:
            yield page, filled(page.route, one.things)


def api_addresses(one: Living) -> Iterator[tuple[str, str, str]]:
    """Yield (method, path, address) of every operation, with one tenant's things in it."""
    for path, _operation, method in operations(api):
        parts = [str(one.things[part.strip("{}")]) if part.startswith("{") else part for part in plain(path).split("/")]
        yield method, plain(path), "/".join(parts)


def shown(found: str, both: Both, *, given: str = "") -> list[str]:
    """Return South's canaries in an answer, but for those that whoever asked has said themselves."""
    asked = folded(given)
    return [mark for mark in seen(found, both.canaries) if mark not in asked]


def test_there_are_canaries_of_every_kind(both: Both) -> None:
    for mark in ("zuidwoord", "31677000001", "whsec_", "7310002", "conversation:0", "ant_"):
        assert any(one.startswith(mark) for one in both.canaries) or mark == "conversation:0", mark
    assert len(both.canaries) > 80
    assert not set(both.canaries) & {"published", "administrator", "agent", "closed"}


def test_no_output_of_norths_shows_anything_of_souths(both: Both) -> None:
    for role in ("administrator", "agent"):
        visitor = both.north.visitor(role)
        for page, address in page_addresses(both.north):
            if may(role, page.action):
                response = visitor.get(address)
                assert (response.status_code, role) in {(200, "administrator"), (200, "agent"), (404, "agent")}, address
                assert shown(told(response), both) == [], (role, address)
    for method, path, address in api_addresses(both.north):
        if method == "GET":
            response = both.north.caller.raw(method, address + QUERIES.get(path, ""))
            assert response.status_code == 200, (address, response.content)
            assert shown(told(response), both) == [], address


QUERIES = {"metrics": "?metric=sent", "sources/{source_id}/ignored-campaigns": "?external_campaign=C1"}


def test_south_sees_its_own(both: Both) -> None:
    """The twin of the one above: the same walk shows South what it has, so the canaries are such as would be seen."""
    visitor, caller = both.south.visitor(), both.south.caller
    pages_told = [told(visitor.get(address)) for _, address in page_addresses(both.south)]
    api_told = [told(caller.raw(m, address + QUERIES.get(path, ""))) for m, path, address in api_addresses(both.south) if m == "GET"]
    assert sum(bool(shown(one, both)) for one in pages_told) > 60
    assert sum(bool(shown(one, both)) for one in api_told) > 30
    texts = "\n".join(folded(one) for one in [*pages_told, *api_told])
    missing = [part for part in WRITTEN if f"zuidwoord{part}" not in texts]
    assert missing == []


WRITTEN = (
    "campaign", "note", "canned", "cannedtext", "firstreply", "secondreply", "answer", "reason", "skill", "hook", "report", "trial",
    "broadcasttext", "-parcels", "-order", "-broadcast", "file", "nomessage", "fay", "gus",
)  # fmt: skip


def rows_of(one: Living) -> list[tuple[str, dict[str, Any]]]:
    """Return everything that a tenant holds, but for when its key was used last."""
    kept = [(table, {name: value for name, value in row.items() if name != "last_used_at"}) for table, row in every_row(one)]
    return sorted(kept, key=repr)


def test_what_is_souths_is_not_there_for_north_whatever_is_asked(both: Both) -> None:
    """Every page and operation on South's things: 404, told in the same words as for what nobody has; nothing of South's changes."""
    before = rows_of(both.south)
    visitor, caller = both.north.visitor(), both.north.caller
    for page, address in [*page_addresses(both.south), *page_addresses(both.south, method="POST")]:
        response = visitor.generic(page.method, address)
        if "<" in page.route.replace("<str:metric>", ""):
            assert response.status_code == 404, (page, response.status_code)
        assert shown(told(response), both, given=address) == [], page
    for method, path, address in api_addresses(both.south):
        response = caller.raw(method, address + QUERIES.get(path, ""), b"{}" if method in {"POST", "PUT", "PATCH"} else b"")
        assert response.status_code < 500, (method, address)
        assert shown(told(response), both, given=address) == [], (method, address)
        if "{" in path and method in {"GET", "DELETE"} and "{phone}" not in path:
            assert response.status_code == 404, (method, address)
    assert rows_of(both.south) == before


def test_no_body_that_names_souths_things_reaches_them(both: Both) -> None:
    """Every operation on North's own things, with every field that can name a thing naming South's."""
    before = rows_of(both.south)
    refused = 0
    for method, path, address, body in foreign_bodies(both):
        response = both.north.caller.raw(method, address, body)
        assert response.status_code < 500, (method, path, body, response.content)
        assert shown(told(response), both, given=f"{address} {body}") == [], (method, path, body)
        refused += response.status_code in {404, 409, 422}
    assert refused > 25
    assert rows_of(both.south) == before


NAMES = {
    "source": "source_id", "skill": "skill_id", "default_skill": "skill_id", "agent": "person_id", "to_agent": "person_id",
    "engagement": "engagement_id", "campaign": "campaign_id", "entry_point": "entry_point_id", "entry_points": "entry_point_id",
    "skills": "skill_id", "conversation": "conversation_id", "conversations": "conversation_id", "phone": "phone",
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "name": "a name", "text": "a text", "shortcut": "short", "email": "new@north.example", "role": "agent", "language": "nl",
    "app": "cm", "product_token": "a-token", "numbers": ["+3197000009999"], "state": "paused", "kind": "campaign_id", "value": "C77",
    "external_campaign": "C77", "to": "+31612345678", "time_zone": "Europe/Amsterdam", "starts_on": "2026-05-01", "reason": "a reason",
    "url": "https://example.com/", "query": "metric=sent", "is_installed": True, "from": "2026-03-24T00:00:00Z", "goal_reached": True,
}  # fmt: skip


def foreign_bodies(both: Both) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield a call per field that can name a thing: South's in that field, North's in every other."""
    document = api.get_openapi_schema(path_prefix="")
    addresses = {(method, path): address for method, path, address in api_addresses(both.north)}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            schema = _schema(document, operation)
            known = (method.upper(), plain(path)) in addresses
            for field in [name for name in schema.get("properties", {}) if known and name in NAMES]:
                body = {name: _value(name, schema, both.north) for name in schema.get("required", [])}
                body[field] = _value(field, schema, both.south)
                yield method.upper(), path, addresses[method.upper(), plain(path)], body


def _schema(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = next((one for one in [content, *content.get("anyOf", [])] if "$ref" in one), None)
    return dict(document["components"]["schemas"][named["$ref"].rsplit("/", 1)[1]]) if named else {}


def _value(name: str, schema: dict[str, Any], one: Living) -> Any:
    if name not in NAMES:
        return PLAIN[name]
    value = one.numbers.replied if name == "phone" else one.things[NAMES[name]]
    return [value] if schema["properties"][name].get("type") == "array" else value


def narrowings(one: Living) -> dict[str, str]:
    """Return a query that narrows to a tenant's things by every name that lists know."""
    found = {name: str(one.things[key]) for name, key in NAMES.items() if key != "phone"}
    return found | {"phone": one.numbers.replied, "id": f"{one.word}-order", "external_campaign": f"{one.word}-broadcast"}


def test_no_list_that_is_narrowed_to_souths_things_shows_them(both: Both) -> None:
    given = narrowings(both.south)
    document = api.get_openapi_schema(path_prefix="")
    for method, path, address in api_addresses(both.north):
        if method != "GET":
            continue
        known = [one["name"] for one in document["paths"][f"/{path}"]["get"].get("parameters", []) if one["in"] == "query"]
        for name in [name for name in known if name in given]:
            query = urlencode({name: given[name], "metric": "sent"} if path == "metrics" else {name: given[name]})
            response = both.north.caller.raw("GET", f"{address}?{query}")
            assert response.status_code in {200, 404, 422}, (address, query)
            assert shown(told(response), both, given=f"{address}{query}") == [], (address, query)
    visitor = both.north.visitor()
    for page, address in page_addresses(both.north):
        response = visitor.get(f"{address}?{urlencode(given)}")
        assert response.status_code in {200, 404, 422}, page
        assert shown(told(response), both, given=str(given)) == [], page


def test_search_finds_nothing_of_souths(both: Both) -> None:
    number, campaign = both.south.numbers.replied, both.south.things["campaign_id"]
    for asked in ({"text": "zuidwoord"}, {"phone": "77000001"}, {"phone": number}, {"campaign": campaign}):
        for one, count in ((both.north, False), (both.south, True)):
            found = one.caller.post("conversations/searches", asked, status=200)
            assert bool(found["items"]) == count, (one.word, asked)


def test_names_that_south_has_are_free_for_north(both: Both) -> None:
    """What is unique is unique within the account: a conflict would tell that somebody else has it."""
    at = both.north.things
    call = both.north.caller
    call.post("skills", {"name": "zuidwoord skill"})
    call.post("webhooks", {"name": "zuidwoord hook", "url": "https://zuidwoord.example/hooks"})
    call.post("canned-answers", {"shortcut": "zuidwoord", "name": "zuidwoord canned", "text": "x"})
    call.post("entry-points", {"source": at["source_id"], "kind": "campaign_id", "value": "zuidwoord-broadcast"})
    call.post("invitations", {"email": "fay@zuidwoord.example", "name": "Fay", "role": "agent"})
    call.post("invitations", {"email": "zed@south.example", "name": "Zed", "role": "agent"})
    call.post("skills", {"name": "zuidwoord skill"}, status=409)
