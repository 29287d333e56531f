"""Words that are no part of the project."""

import re
from collections.abc import Iterator

from checks.project import Finding, Project, Rule

# Each is written so that it does not find itself.
_FOREIGN = {
    "a path of somebody's machine": r"(?<![\w.])/(?:wor[k]|hom[e]/\w+|User[s]/\w+)/|\.\./share[d]",
    "a package registry's host": r"\bpyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]|\bnpmj[s]\.(?:com|org)|\bcrate[s]\.io",
    "a tool that somebody wrote with": r"(?i)\b(?:claud[e]|anthropi[c]|opena[i]|chatgp[t]|copilo[t]|ll[m]s?|language mode[l])\b",
    "a note outside the project": r"(?i)\bthe brie[f]\b|(?<![\w-])[1-6]-[a-z-]+\.m[d]\b|\bfeasibility\.m[d]",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _FOREIGN.items()}
# Written by package managers, who put there where things came from.
_LOCKS = {"uv.lock", "package-lock.json"}


def find(project: Project) -> Iterator[Finding]:
    for path, text in project.files("*"):
        if path in _LOCKS:
            continue
        for what, pattern in _PATTERNS.items():
            for found in pattern.finditer(text):
                yield Finding(path, text.count("\n", 0, found.start()) + 1, f"{found[0]!r} is {what}", found[0])


RULE = Rule("The project speaks of itself alone: whoever reads it has nothing else.", find)
