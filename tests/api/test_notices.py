import json

import pytest

from antiphon.consumers.models import Consumer
from antiphon.intake.models import Notice
from antiphon.kit.db import account
from tests.kit.caller import Caller
from tests.kit.world import CLEO, MIA, OTTO, Tenant

NDJSON = "application/x-ndjson"


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def upload(api: Caller, *rows: object, **headers: str) -> dict[str, object]:
    return dict(api.post("notices", lines(*rows), status=200, content_type=NDJSON, **headers))


@pytest.fixture
def line(north: Tenant) -> dict[str, object]:
    return {"source": north.source.id, "phone": CLEO, "sender": north.number, "external_campaign": "C1", "text": "Check-up?"}


def test_a_bad_line_loses_no_good_one(api: Caller, north: Tenant, line: dict[str, object]) -> None:
    north.campaign()
    found = upload(
        api,
        line | {"key": "1", "sent_at": "2026-03-24T09:00:00+01:00"},
        "{not json",
        line | {"phone": MIA, "key": "2"},
        "",
        line | {"source": 999_999},
        line | {"phone": "nobody"},
        line | {"sent_at": "2026-03-24T09:00:00"},
        line | {"sent_at": "2026-03-25T09:00:00Z"},
        {"phone": CLEO},
        line | {"colour": "red"},
        line | {"text": "x" * 70_000},
        line | {"phone": OTTO, "key": "3"},
    )
    assert (found["received"], found["stored"], found["failed"]) == (11, 3, 8)
    assert [error["line"] for error in found["errors"]] == [2, 5, 6, 7, 8, 9, 10, 11]  # type: ignore[attr-defined]
    items = api.get(f"notices?phone={CLEO.replace('+', '%2B')}")["items"]
    assert (items[0]["sent_at"], items[0]["external_campaign"]) == ("2026-03-24T08:00:00Z", "C1")
    assert items[0]["engagement"] == north.engagements["Spring check-up"].id
    assert api.get("metrics?metric=sent")["items"][0]["value"] == 3


def test_the_same_upload_again_stores_nothing_twice(api: Caller, line: dict[str, object]) -> None:
    rows = [line | {"key": "1"}, line | {"phone": MIA, "sent_at": "2026-03-24T09:00:00Z"}, line | {"phone": OTTO}]
    assert upload(api, *rows)["stored"] == 3
    again = upload(api, *rows)
    assert (again["stored"], again["copies"]) == (0, 3)
    assert [notice["copies"] for notice in api.get("notices")["items"]] == [1, 1, 1]
    assert upload(api, line | {"key": "2"}, line | {"key": "2"})["copies"] == 1


def test_more_than_a_batch(api: Caller, north: Tenant, line: dict[str, object]) -> None:
    found = upload(api, *(line | {"phone": f"+3161{number:07d}", "key": str(number)} for number in range(2_500)))
    assert (found["stored"], found["failed"]) == (2_500, 0)
    with account(north.id):
        assert Notice.objects.filter(account_id=north.id).count() == Consumer.objects.filter(account_id=north.id).count() == 2_500


def test_an_upload_with_an_idempotency_key(api: Caller, line: dict[str, object]) -> None:
    first = upload(api, line | {"key": "1"}, idempotency_key="u1")
    assert upload(api, line | {"key": "1"}, idempotency_key="u1") == first
    refused = api.post("notices", lines(line | {"key": "9"}), status=422, content_type=NDJSON, idempotency_key="u1")
    assert refused["code"] == "idempotency_key_reused"
    assert len(api.get("notices")["items"]) == 1


def test_it_wants_lines_of_json(api: Caller, line: dict[str, object]) -> None:
    assert api.post("notices", line, status=422)["code"] == "not_ndjson"
    assert upload(api, line)["stored"] == 1


def test_the_list_is_narrowed_and_paged(api: Caller, north: Tenant, south: Tenant, line: dict[str, object]) -> None:
    upload(
        api,
        *(
            line | {"phone": phone, "key": phone, "external_campaign": campaign}
            for phone, campaign in ((CLEO, "C1"), (MIA, "c1"), (OTTO, "C2"))
        ),
    )
    first = api.get("notices?limit=2")
    rest = api.get(f"notices?limit=2&cursor={first['next']}")
    assert sorted(notice["phone"] for notice in first["items"] + rest["items"]) == [CLEO, MIA, OTTO]
    assert rest["next"] is None
    assert {notice["phone"] for notice in api.get("notices?external_campaign=C1")["items"]} == {CLEO, MIA}
    assert len(api.get(f"notices?source={north.source.id}")["items"]) == 3
    assert Caller(south.key()).get("notices")["items"] == []


def test_an_analyst_may_not_upload(north: Tenant, api: Caller, line: dict[str, object]) -> None:
    Caller(north.key("analyst")).post("notices", lines(line), status=403, content_type=NDJSON)
    assert upload(api, line)["stored"] == 1
