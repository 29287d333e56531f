"""The documents say what the code does: every metric, dimension and event, and none that does not exist."""

import re
from pathlib import Path

from antiphon.events.types import Kind
from antiphon.metrics.dictionary import DIMENSIONS, METRICS, Base

DOCS = Path(__file__).parents[2] / "docs"
_OVER = {Base.SENT: "sent", Base.REACHED: "delivered, else sent", Base.CONVERSATIONS: "conversations_started"} | {
    base: str(base) for base in (Base.HANDLED, Base.ANSWERS)
}


def _rows(document: str, heading: str) -> list[str]:
    section = (DOCS / document).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `.*\|$", section, re.MULTILINE)


def test_metrics_are_documented_as_defined() -> None:
    assert _rows("metrics.md", "The metrics") == [
        f"| `{m.name}` | {m.definition} | {m.unit} | {m.counted_at} | {', '.join(_OVER[base] for base in m.over)} |"
        for m in METRICS.values()
    ]


def test_dimensions_are_documented_as_defined() -> None:
    assert _rows("metrics.md", "The dimensions") == [f"| `{d.name}` | {d.definition} |" for d in DIMENSIONS.values()]


def test_every_kind_of_event_is_documented_in_order() -> None:
    assert [row.split("`")[1] for row in _rows("events.md", "The kinds")] == list(Kind)
