"""Writes the parts of docs/ that are told by code: the table of settings."""

import sys
from pathlib import Path

from antiphon.config.env import table

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / "docs" / "operations" / "settings.md"
_FIRST = "| setting | default | what it does |\n"


def settings_table() -> str:
    """Return the table of settings as the page shows it."""
    rows = [f"| `{name}` | {default} | {text} |\n" for name, default, text in table()]
    return "".join([_FIRST, "|---|---|---|\n", *rows])


def main() -> int:
    """Rewrite the tables in place; the words around them stay."""
    page = SETTINGS.read_text(encoding="utf-8")
    before, _, rest = page.partition(_FIRST)
    after = rest.partition("\n\n")[2]
    SETTINGS.write_text(before + settings_table() + (f"\n{after}" if after else ""), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
