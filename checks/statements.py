"""Named SQL statements; that each can be planned, is loaded and names its index is tested with a database."""

import re
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

_QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*")
_ACCOUNT = re.compile(r"%\(account(_ids?|s)?\)s::bigint")
_ACROSS = re.compile(r"across accounts|crosses accounts", re.IGNORECASE)


def find(project: Project) -> Iterator[Finding]:
    for path, text in project.files("src/*/sql/*.sql"):
        if "/migrations/" in path:
            continue
        header = "".join(re.findall(r"\A(?:--[^\n]*\n)+", text))
        if len(header.replace("-", "").strip()) < len("Index: none.") or header.lower().startswith("-- index"):
            yield Finding(path, 1, "a statement begins with a comment: what it is for, and the index it needs")
        statement = _QUOTED.sub("", text).strip()
        if ";" in statement.removesuffix(";"):
            yield Finding(path, _line_of(text), "one statement per file")
        if not _ACCOUNT.search(statement) and not _ACROSS.search(header):
            yield Finding(path, 1, "a statement names its account, %(account_id)s::bigint, or says in its header that it crosses accounts")


def _line_of(text: str) -> int:
    """Return the line of the first `;` that is no text and no comment."""
    blank = _QUOTED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return blank[: blank.index(";")].count("\n") + 1


RULE = Rule("A statement that forgets the account is slow at best, and somebody else's at worst.", find)
