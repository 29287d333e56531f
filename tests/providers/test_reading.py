import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.providers.protocol import Malformed
from antiphon.providers.reading import DEPTH_LIMIT, Json, Odd, read, required, text, utc_time


def test_depth_is_counted_outside_texts_only() -> None:
    assert read(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT)
    assert read(b'{"a":"' + b"[{" * 500 + b'\\"[[[["}') == {"a": "[{" * 500 + '"[[[['}
    assert len(str(read(b"[" + b"[]," * 500 + b"1]"))) > 500
    with pytest.raises(Malformed, match="deeply"):
        read(b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1))


@pytest.mark.parametrize(
    ("body", "digits"),
    [
        (b"31612345678", "31612345678"),
        (b"9" * 5_000, "9" * 5_000),
        (b"9" * 4_000, "9" * 4_000),
        (b"31612345678.0", "31612345678.0"),
        (b"1e999", "1e999"),
    ],
)
def test_numbers_keep_their_digits(body: bytes, digits: str) -> None:
    assert text(read(body), name="from") == digits


def test_a_mixture_of_oddities_is_read_once_carefully() -> None:
    value = read(b'\xef\xbb\xbf{"a": "\\ud800", "b": ' + b"7" * 5_000 + b', "c": 1.50, "d": null, "a": "\\udc00"}')
    assert isinstance(value, dict)
    assert [text(value[name], name=name) for name in "abcd"] == ["\ufffd", "7" * 5_000, "1.50", ""]


@pytest.mark.parametrize(
    ("body", "why"),
    [(b"", "empty"), (b" \n", "empty"), (b"\xff", "UTF-8"), (b"NaN", "NaN"), (b"a=b", "JSON"), (b"{}x", "JSON"), (b"0031", "JSON")],
)
def test_what_is_not_json_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read(body)


def test_what_is_no_text_is_odd() -> None:
    odd: list[Json] = [True, [], {}]
    for value in odd:
        with pytest.raises(Odd, match="`name`"):
            text(value, name="name")
    with pytest.raises(Odd, match="missing"):
        required(" ", name="name")
    assert required(0, name="name") == "0"


@given(st.text())
def test_every_text_can_be_stored(value: str) -> None:
    assert "\x00" not in text(value, name="x").encode().decode()


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-03-24T10:02:11", datetime(2026, 3, 24, 10, 2, 11, tzinfo=UTC)),
        ("2026-03-24T10:02:11Z", datetime(2026, 3, 24, 10, 2, 11, tzinfo=UTC)),
        ("2026-03-24 11:02:11+01:00", datetime(2026, 3, 24, 10, 2, 11, tzinfo=UTC)),
        ("2026-03-24", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-30T10:00:00", None),
        ("", None),
    ],
)
def test_times_without_zone_are_utc(written: str, instant: datetime | None) -> None:
    assert utc_time(written) == instant


def nested(draw: st.DrawFn) -> tuple[str, int]:
    depth = draw(st.integers(1, 2 * DEPTH_LIMIT))
    siblings = draw(st.lists(st.sampled_from(["[],", '{"a":[]},', '"[[{",', '"\\"[",', "1,"]), max_size=80))
    inner = "1"
    for level in range(depth):
        before = "".join(siblings) if level == depth // 2 else ""
        inner = f"[{before}{inner}]" if level % 2 else f'{{"]}}": {inner}, "k": [{before}1]}}'
    return inner, depth


@given(st.composite(nested)())
def test_the_depth_found_is_the_depth_there_is(made: tuple[str, int]) -> None:
    body, _ = made
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', body):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        deepest = max(deepest, depth)
    if deepest > DEPTH_LIMIT:
        with pytest.raises(Malformed, match="deeply"):
            read(body.encode())
    else:
        assert read(body.encode()) == json.loads(body)
