"""Requests made by chance from the API's own description, fitting it and not: never a 5xx, answers as described.

`make test-security` makes many more, by TEST_REQUESTS of each operation.
"""

import json
import os
from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import quote, urlencode

import jsonschema_rs
import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from schemathesis import GenerationMode

from antiphon.api.application import api
from antiphon.api.docs import described, operations
from tests.security.conftest import Both
from tests.security.living import Living

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
FEW = 2
EACH = int(os.environ.get("TEST_REQUESTS", FEW))
PLAIN = {"application/json", "application/problem+json"}


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> bytes:
    """Write one line of an upload."""
    return json.dumps(value).encode()


class Site:
    """North's API; each request is taken back, so that the next one meets what the story left."""

    def __init__(self, one: Living, document: dict[str, Any]) -> None:
        self.caller, self.things, self.document = one.caller, one.things, document
        self.statuses: dict[int, int] = {}
        self.wrong: list[tuple[object, ...]] = []

    def ask(self, case: Any, *, is_known: bool) -> None:
        """Send a request, with North's own things in its address if `is_known`; hold the answer against the description."""
        told = self._sent(case, is_known=is_known)
        self.statuses[told.status_code] = self.statuses.get(told.status_code, 0) + 1
        said = b"".join(told)[:300]
        about = (case.method, case.path, told.status_code, case.path_parameters, case.query, case.body, said)
        self.wrong += [(breach, *about) for breach in self._breaches(case, told)]

    def _sent(self, case: Any, *, is_known: bool) -> Any:
        given = dict(case.path_parameters or {})
        given |= {name: self.things[name] for name in given if is_known and name in self.things}
        path = case.path.removeprefix("/api/v1/")
        for name, value in given.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe="%"))
        query = urlencode(case.query or {}, doseq=True)
        body = _written(case)
        with transaction.atomic():
            response = self.caller.raw(case.method.upper(), f"{path}?{query}", body, content_type=case.media_type or "application/json")
            transaction.set_rollback(True)
        return response

    def _breaches(self, case: Any, told: Any) -> Iterator[str]:
        kind = told.headers.get("Content-Type", "").partition(";")[0]
        if told.status_code >= 500:
            yield "it broke"
        if told.status_code >= 400 and kind != "application/problem+json":
            yield f"it is refused as {kind}"
        if told.status_code == 204 or told.streaming or kind not in PLAIN:
            return
        responses = self.document["paths"][case.path][case.method.lower()]["responses"]
        answer = responses.get(str(told.status_code)) or (responses["default"] if told.status_code >= 400 else None)
        if answer is None:
            yield f"{told.status_code} is not described"
            return
        schema = next(iter(answer["content"].values()))["schema"]
        validator = jsonschema_rs.validator_for({**schema, "components": self.document["components"]})
        yield from (error.message for error in validator.iter_errors(json.loads(told.content)))


def _written(case: Any) -> Any:
    if type(case.body).__name__ == "NotSet":
        return None
    return case.body if isinstance(case.body, bytes | str) else json.dumps(case.body)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "not fitting"])
def test_no_request_breaks_anything(both: Both, mode: GenerationMode) -> None:
    document = described()
    site = Site(both.north, document)
    quiet = settings(
        max_examples=EACH,
        derandomize=EACH == 2,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # one that is not readable fails here

        @quiet
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
        def ask(case: Any, is_known: bool) -> None:
            site.ask(case, is_known=is_known)

        ask()
    assert site.wrong == []
    assert sum(site.statuses.values()) > 100
    wanted = {200, 404} if mode is GenerationMode.POSITIVE else {422}
    assert wanted <= set(site.statuses), site.statuses


def test_the_description_names_each_kind_of_thing_once() -> None:
    """Two of one name would be described as the one that comes last."""
    kinds: dict[str, set[type]] = {}
    for _, operation, _ in operations(api):
        for model in _models(operation):
            kinds.setdefault(model.__name__, set()).add(model)
    assert len(kinds) > 60
    assert {name for name, models in kinds.items() if len(models) > 1} == set()


def _models(operation: Any) -> Iterator[type]:
    waiting = [*operation.response_models.values(), *operation.models]
    known: set[Any] = set()
    while waiting:
        one = waiting.pop()
        if get_args(one):
            waiting += get_args(one)
        elif isinstance(one, type) and issubclass(one, BaseModel) and one not in known:
            known.add(one)
            waiting += [field.annotation for field in one.model_fields.values()]
            if one.__module__.startswith("antiphon.") and one.__name__ != "Filters":  # parameters are described by their own names
                yield one
