"""Every adapter passes these: add the adapter to the registry and captures to its folder."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.providers.protocol import Adapter, Forbidden, HookKind, Identity, Malformed, OutgoingText, Parsed, Reason, Unrecognised
from antiphon.providers.registry import ADAPTERS, adapter_of
from tests.providers.kit import NORTH, SECRETS, Capture, captures, hook, plain, told

HOOKS, SENDS, ANSWERS = captures("hooks"), captures("sends"), captures("answers")
TAKEN = [capture for capture in HOOKS if not isinstance(capture.record["expect"], str)]
FORGED = [capture for capture in HOOKS if "forged" in capture.record]
every_adapter = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=list(ADAPTERS))
TEXT = OutgoingText(to="+31612345678", sender="+3197000004410", text="hello", reference="4f" * 16)


def each(found: list[Capture]) -> Callable[[Any], Any]:
    return pytest.mark.parametrize("capture", found, ids=[f"{capture.app}-{capture.name}" for capture in found])


def outcome(capture: Capture) -> object:
    try:
        facts = adapter_of(capture.app).parse(capture.hook, source=capture.source)
    except Malformed:
        return "malformed"
    except Forbidden:
        return "forbidden"
    return [told(fact) for fact in facts]


def parse_hostile(adapter: Adapter, *, kind: HookKind, body: bytes) -> list[Parsed]:
    """Parse; anything but facts, Malformed or Forbidden escapes and fails the test. Facts must be storable text."""
    try:
        facts = adapter.parse(hook(kind, body), source=replace(NORTH, app=adapter.app))
    except (Malformed, Forbidden) as refusal:
        facts = []
        told_why = str(refusal)
    else:
        assert facts, "a body that is taken says something, if only that it is not recognised"
        told_why = ""
    assert not any(secret in told_why for secret in SECRETS)
    stored = json.dumps([told(fact) for fact in facts], ensure_ascii=False)
    assert b"\x00" not in stored.encode()
    assert "\\u0000" not in stored
    return facts


@each(HOOKS)
def test_a_capture_parses_to_its_facts(capture: Capture) -> None:
    assert outcome(capture) == capture.record["expect"]


@each(FORGED)
def test_a_forged_request_is_refused_where_the_true_one_is_taken(capture: Capture) -> None:
    adapter, source = adapter_of(capture.app), capture.source
    assert adapter.parse(capture.hook, source=source)
    with pytest.raises(Forbidden):
        adapter.parse(hook(capture.hook.kind, json.dumps(capture.record["forged"]).encode()), source=source)


@each(FORGED)
def test_without_any_token_nothing_is_taken(capture: Capture) -> None:
    adapter = adapter_of(capture.app)
    assert adapter.parse(capture.hook, source=capture.source)
    for tokens in ((), ("",)):
        with pytest.raises(Forbidden):
            adapter.parse(capture.hook, source=replace(capture.source, notice_tokens=tokens))


@every_adapter
def test_an_adapter_brings_enough_captures(adapter: Adapter) -> None:
    mine = [capture for capture in HOOKS if capture.app == adapter.app]
    assert len(mine) >= 25
    assert {capture.record["kind"] for capture in mine} == set(HookKind)
    assert any(capture.app == adapter.app for capture in FORGED)
    assert any(capture.app == adapter.app for capture in SENDS)
    assert any(capture.app == adapter.app for capture in ANSWERS)


@each(TAKEN)
def test_a_copy_has_the_same_identity(capture: Capture) -> None:
    adapter = adapter_of(capture.app)
    first, second = (adapter.parse(capture.hook, source=capture.source) for _ in range(2))
    assert first == second


@every_adapter
def test_different_facts_have_different_identities(adapter: Adapter) -> None:
    seen: dict[Identity, dict[str, object]] = {}
    for capture in (capture for capture in TAKEN if capture.app == adapter.app):
        for fact in adapter.parse(capture.hook, source=capture.source):
            identity = getattr(fact, "identity", None)
            if identity is not None:
                assert seen.setdefault(identity, told(fact)) == told(fact)
    assert len(seen) > 20


@each(HOOKS)
def test_a_capture_cut_anywhere_is_refused_cleanly(capture: Capture) -> None:
    adapter, body = adapter_of(capture.app), capture.body
    for end in range(0, len(body), max(1, len(body) // 200)):
        parse_hostile(adapter, kind=capture.hook.kind, body=body[:end])


@every_adapter
@pytest.mark.parametrize("kind", list(HookKind))
@given(body=st.binary(max_size=400))
@settings(deadline=None, max_examples=150)
def test_random_bytes_are_refused_cleanly(adapter: Adapter, kind: HookKind, body: bytes) -> None:
    parse_hostile(adapter, kind=kind, body=body)


def odd_json(names: list[str]) -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from([*SECRETS, "SMS"])
    keys = st.sampled_from(names) | st.text(max_size=3)
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=8), max_leaves=20)


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(names_in(item) for item in value.values()))
    return set().union(*(names_in(item) for item in value)) if isinstance(value, list) else set()


NAMES = sorted(names_in([capture.record.get("body") for capture in HOOKS]))


@every_adapter
@pytest.mark.parametrize("kind", list(HookKind))
@given(value=odd_json(NAMES))
@settings(deadline=None, max_examples=200)
def test_odd_json_with_known_names_is_refused_cleanly(adapter: Adapter, kind: HookKind, value: Any) -> None:
    parse_hostile(adapter, kind=kind, body=json.dumps(value).encode())


@each([capture for capture in HOOKS if "body" in capture.record and isinstance(capture.record["body"], dict)])
@given(name=st.sampled_from(NAMES), value=odd_json(NAMES))
@settings(deadline=None, max_examples=25)
def test_a_capture_with_one_field_changed_is_refused_cleanly(capture: Capture, name: str, value: Any) -> None:
    body = json.dumps(capture.record["body"] | {name: value}).encode()
    parse_hostile(adapter_of(capture.app), kind=capture.hook.kind, body=body)


HOSTILE = {
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "nested in a field": b'{"from":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    "an integer of 5,000 digits": b'{"from":' + b"9" * 5_000 + b',"to":1}',
    "an exponent beyond every float": b'{"from":1e999999,"to":-1e-999999}',
    "infinity": b'{"from":-Infinity}',
    "not UTF-8": b'{"from":"\xff\xfe"}',
    "surrogates in UTF-8": b'{"from":"\xed\xa0\x80"}',
    "a lone surrogate as key": b'{"\\ud800":1,"from":"\\udfff"}',
    "UTF-16": '{"from":"1"}'.encode("utf-16"),
    "a quote never closed": b'{"from":"' + b"[" * 70,
    "escapes without end": b'{"from":"' + b"\\" * 1_001,
    "an unclosed text after many brackets": b"[]" * 70 + b'"\\',
    "only blanks": b" \r\n\t",
    "NUL bytes": b"\x00" * 40,
    "null": b"null",
    "an empty list": b"[]",
    "a long list": b"[" + b"1," * 10_000 + b"1]",
}


@every_adapter
@pytest.mark.parametrize("kind", list(HookKind))
@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_body_is_refused_cleanly(adapter: Adapter, kind: HookKind, body: bytes) -> None:
    facts = parse_hostile(adapter, kind=kind, body=body)
    known = [fact for fact in facts if not isinstance(fact, Unrecognised)]
    assert len(known) <= 1


@each(SENDS)
def test_texts_become_exactly_this_call(capture: Capture) -> None:
    call = adapter_of(capture.app).send(capture.texts, source=capture.source, base_url=capture.record["base_url"])
    assert {"method": call.method, "url": call.url, "headers": call.headers, "body": json.loads(call.body)} == capture.record["expect"]


@each(ANSWERS)
def test_an_answer_is_read_as_its_results(capture: Capture) -> None:
    adapter, status = adapter_of(capture.app), capture.record["status"]
    if capture.record["expect"] == "malformed":
        with pytest.raises(Malformed):
            adapter.read_send(status, capture.body, texts=capture.texts)
        return
    results = adapter.read_send(status, capture.body, texts=capture.texts)
    assert [plain(result) for result in results] == capture.record["expect"]


@every_adapter
@given(
    status=st.sampled_from([200, 201, 301, 400, 401, 404, 408, 429, 500, 503]),
    value=odd_json(["messages", "reference", "status", "errorCode"]),
)
@settings(deadline=None, max_examples=200)
def test_an_odd_answer_never_counts_as_accepted(adapter: Adapter, status: int, value: Any) -> None:
    try:
        results = adapter.read_send(status, json.dumps(value).encode(), texts=[TEXT])
    except Malformed:
        return
    (result,) = results
    assert (result.is_accepted, result.reference) == (False, TEXT.reference)
    assert result.reason in set(Reason)


@every_adapter
def test_a_call_carries_no_more_than_the_adapter_says(adapter: Adapter) -> None:
    limit, source = adapter.capabilities.texts_per_call, replace(NORTH, app=adapter.app)
    assert adapter.send([TEXT] * limit, source=source, base_url="http://127.0.0.1").body
    with pytest.raises(ValueError, match="at most"):
        adapter.send([TEXT] * (limit + 1), source=source, base_url="http://127.0.0.1")


@every_adapter
def test_secrets_and_texts_show_in_no_repr_and_no_log(adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source = replace(NORTH, app=adapter.app)
    call = adapter.send([TEXT], source=source, base_url=adapter.default_base_url)
    for capture in (capture for capture in HOOKS if capture.app == adapter.app):
        outcome(capture)
    shown = repr((source, call, TEXT)) + caplog.text
    assert TEXT.reference in shown
    assert not [secret for secret in (*SECRETS, TEXT.text, TEXT.to) if secret in shown]


@every_adapter
def test_the_acknowledgement_is_a_success(adapter: Adapter) -> None:
    assert adapter.acknowledgement.status in range(200, 300)
    assert adapter_of(adapter.app) is adapter
