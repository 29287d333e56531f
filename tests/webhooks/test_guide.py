"""The receiver's guide: its examples take what is really delivered, and refuse what is not; so does the specification's own library."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from antiphon.webhooks import verbs
from antiphon.webhooks.decide import FAILING, WAITS
from tests.docs.reading import DOCS, blocks
from tests.kit.world import ACTOR
from tests.webhooks.receiver import Got, receiving
from tests.webhooks.telling import Telling

GUIDE = DOCS / "webhooks.md"
RUNNER = """
import { receive } from "./receive.mjs";
import { readFileSync } from "node:fs";
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ headers, body, secret }) => {
  try { return { event: receive(headers, body, secret) }; } catch (error) { return { refused: error.message }; }
});
console.log(JSON.stringify(answers));
"""
Takes = Callable[[list[tuple[dict[str, str], bytes, str]]], list[Any]]


def example(language: str) -> str:
    (found,) = (block.text for block in blocks(GUIDE) if block.language == language)
    return found


def by_python(given: list[tuple[dict[str, str], bytes, str]]) -> list[Any]:
    names: dict[str, Any] = {}
    exec(compile(example("python"), str(GUIDE), "exec"), names)
    answers: list[Any] = []
    for headers, body, secret in given:
        try:
            answers.append(names["receive"](headers, body, secret))
        except WebhookVerificationError:
            answers.append("refused")
    return answers


@pytest.fixture
def by_node(tmp_path: Path) -> Takes:
    """Return the JavaScript example, run by the Node that the pages' tools need too."""
    node = shutil.which("node") or shutil.which("node", path=Path(".venv/bin"))
    assert node, "the tools need Node: make setup"
    (tmp_path / "receive.mjs").write_text(example("javascript"))
    (tmp_path / "run.mjs").write_text(RUNNER)

    def takes(given: list[tuple[dict[str, str], bytes, str]]) -> list[Any]:
        told = json.dumps([{"headers": headers, "body": body.decode(), "secret": secret} for headers, body, secret in given])
        ran = subprocess.run([node, str(tmp_path / "run.mjs")], input=told, capture_output=True, text=True, check=True, timeout=30)
        return ["refused" if "refused" in answer else answer["event"] for answer in json.loads(ran.stdout)]

    return takes


@pytest.fixture
def delivered(telling: Telling) -> tuple[Got, str, str]:
    """Have something delivered now, while a secret is rotated; return the request and both secrets."""
    now = telling.north.clock
    now.forward(seconds=(datetime.now(UTC) - now()).total_seconds())
    with receiving() as receiver:
        made, old = telling.webhook(receiver.url)
        new = verbs.rotate(telling.north.id, made.pk, actor=ACTOR, at=now())
        verbs.send_test(telling.north.id, made.pk, actor=ACTOR, at=now())
        telling.settled()
    return receiver.got[0], old, new


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_an_example_takes_what_is_delivered_once_and_refuses_the_rest(
    language: str, delivered: tuple[Got, str, str], by_node: Takes
) -> None:
    got, old, new = delivered
    takes = by_python if language == "python" else by_node
    event, other = json.loads(got.body), "whsec_" + "A" * 43 + "="
    forged = got.body.replace(b'"specversion"', b'"specVersion"')
    late = got.headers | {"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 3600)}
    unsigned = got.headers | {"webhook-signature": "v1,"}
    assert takes([(got.headers, got.body, new)]) == [event]
    assert takes([(got.headers, got.body, old)]) == [event]
    assert takes([(got.headers, got.body, new), (got.headers, got.body, new)]) == [event, None]
    wrong = [(got.headers, forged, new), (got.headers, got.body, other), (late, got.body, new), (unsigned, got.body, new)]
    assert takes(wrong) == ["refused"] * 4
    assert forged != got.body


def test_the_specifications_library_agrees(delivered: tuple[Got, str, str]) -> None:
    got, old, new = delivered
    for secret in (old, new):
        assert Webhook(secret).verify(got.body, got.headers)["id"] == got.headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(got.body, got.headers)


def test_the_guide_tells_the_waits_that_are_waited() -> None:
    text = " ".join(GUIDE.read_text().split())
    told = ["5 s", "30 s", "2 min", "10 min", "30 min", "1 h", "2 h", "4 h", "8 h"]
    seconds = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800]
    assert [wait.total_seconds() for wait in WAITS] == [*seconds, *[43_200] * (len(WAITS) - len(seconds))]
    assert f"after {', '.join(told)}, then every 12 h" in text
    assert f"{len(WAITS) + 1} attempts" in text
    assert (FAILING.days, "nothing for five days") == (5, "nothing for five days")
    assert "**nothing for five days**" in text
