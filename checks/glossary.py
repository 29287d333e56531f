"""Words that the glossary says never to use for a concept: docs/glossary.md is the list, here is where each can be told."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from checks.names import names, words
from checks.project import Finding, Module, Project, Rule

GLOSSARY = "docs/glossary.md"
_ROW = re.compile(r"^\| ([a-z -]+?) \| .* \| ([^|]*) \|$", re.MULTILINE)

_CLASS = re.compile(r"\.([a-z][a-z-]+)")

NAME, TABLE, URL, VISIBLE = "name", "table", "url", "text"
EVERYWHERE = frozenset({NAME, TABLE, URL, VISIBLE})
OUTSIDE = EVERYWHERE - {NAME}  # where the word has another, honest meaning in code


@dataclass(frozen=True, slots=True)
class Pair:
    """A concept and a word never said for it. `phrases` (default: the word) are what is looked for, `places` where."""

    concept: str
    word: str
    phrases: tuple[str, ...] = ()
    places: frozenset[str] = EVERYWHERE

    def found(self, said: str) -> bool:
        """Return whether some words, in lower case with a space between, say it; the plural too."""
        return any(re.search(rf"(?<!\S){phrase}s?(?!\S)", said) for phrase in self.phrases or (self.word.lower(),))


PAIRS = (
    Pair("account", "org", ("org", "organi[sz]ation")),
    Pair("account", "workspace", ("workspace id", "workspace name", "your workspace")),  # alone: where agents work
    Pair("app", "plugin"),
    Pair("app", "channel", ("channel id", "channel type", "app channel")),  # alone: PostgreSQL's, and a provider's means of transport
    Pair("source", "inbox", ("inbox", "inboxe")),
    Pair("source", "channel", ("source channel", "connect channel", "connected channel")),
    Pair("source", "origin", ("origin id", "source origin", "connected origin")),  # alone: HTTP's
    Pair("campaign", "blast"),
    Pair("campaign", "drip"),
    Pair("campaign", "flow", ("campaign flow", "flow campaign", "flow id")),
    Pair("engagement", "template", ("template", "engagement template"), frozenset({TABLE, URL, VISIBLE})),  # in code: Django's
    Pair("entry point", "DID", ("did number", "did id"), EVERYWHERE),
    Pair("entry point", "keyword", (), EVERYWHERE),
    Pair("broadcast", "job", ("broadcast job", "campaign job", "send job")),  # alone: the worker's
    Pair("broadcast", "run", ("broadcast run", "campaign run")),
    Pair("notice", "receipt", ("notice receipt", "send receipt", "sent receipt")),  # alone: the time at which something came
    Pair("notice", "send log", ("send log", "sent log")),
    Pair("reply", "response", ("consumer response", "inbound response", "response received", "response text")),  # alone: HTTP's; to respond
    Pair("reply", "MO", ("mo",), frozenset({NAME, TABLE, URL})),
    Pair("answer", "reply", ("reply sent", "send reply", "sent reply", "sending reply", "reply sending", "outbound reply", "agent reply",
                             "reply by agent", "write reply", "reply accepted", "store reply answer", "reply composer")),
    Pair("conversation", "ticket", ("ticket",), OUTSIDE),  # in code: what opens a stream
    Pair("conversation", "ticket", ("conversation ticket", "ticket id", "open ticket", "close ticket")),
    Pair("conversation", "chat"),
    Pair("conversation", "thread", ("thread",), OUTSIDE),  # in code: the operating system's
    Pair("skill", "team"),
    Pair("consumer", "contact"),
    Pair("consumer", "lead", ("lead id", "lead name", "lead phone"), EVERYWHERE),  # alone: to lead, and the first sentence of a part
    Pair("consumer", "customer"),
    Pair("opt-out", "unsubscribe flag", ("unsubscribe", "unsubscribed", "is unsubscribed")),
    Pair("opt-out", "blacklist", ("blacklist", "blacklisted", "black list")),
    Pair("arrival", "delivery", ("webhook delivery", "raw delivery", "inbound delivery")),  # alone: a message's
    Pair("arrival", "payload", ("arrival payload", "webhook payload", "raw payload", "payload id")),  # alone: a request's, in code
    Pair("arrival", "payload", ("payload",), frozenset({TABLE, VISIBLE})),
    Pair("decision", "match", ("reply match", "match id", "attribution match", "matched engagement", "matched campaign")),
    Pair("verdict", "status", ("verdict status", "decision status", "attribution status", "link status")),  # alone: HTTP's
    Pair("frame", "window", ("campaign window", "frame window", "time window", "window start")),  # alone: another stretch of time
    Pair("frame", "flight", ("flight", "flight start")),
)  # fmt: skip


def find(project: Project) -> Iterator[Finding]:
    yield from _compared(project)
    for module in project.modules("src/*.py"):
        for name in names(module):
            yield from _found(module.path, name.line, NAME, name.text)
        for number, place, said in _texts(module):
            yield from _found(module.path, number, place, said)
    for path, text in project.files("src/*.html"):
        for number, line in enumerate(text.splitlines(), 1):
            yield from _found(path, number, VISIBLE, seen(line))
    for path, text in project.files("src/*.css"):
        yield from _found(path, 1, NAME, PurePath(path).stem)
        for found in _CLASS.finditer(text):
            yield from _found(path, text.count("\n", 0, found.start()) + 1, NAME, found[1])


def _found(path: str, line: int, place: str, text: str) -> Iterator[Finding]:
    said = " ".join(words(text))
    for pair in PAIRS:
        if place in pair.places and pair.found(said):
            yield Finding(path, line, f"{place} {text.strip()[:60]!r}: never say {pair.word!r} for {pair.concept} ({GLOSSARY})", pair.word)
            return


_URL_CALLS = {"path", "re_path", "get", "post", "put", "patch", "delete"}
_SENTENCE_CALLS = {
    "gettext",
    "gettext_lazy",
    "_",
    "Invalid",
    "Conflict",
    "Missing",
    "NotAllowed",
    "Refused",
    "FieldWarning",
    "FailedError",
    "problem",
}


def _texts(module: Module) -> Iterator[tuple[int, str, str]]:
    """Yield (line, place, text) of tables, addresses and sentences."""
    for node in module.nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "db_table":
            yield from ((node.lineno, TABLE, text) for text in _constants(node.value))
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called in _SENTENCE_CALLS:
                yield from ((node.lineno, VISIBLE, text) for argument in node.args for text in _constants(argument) if " " in text)
            elif called in _URL_CALLS and node.args and _is_of_addresses(module, node):
                yield from ((node.lineno, URL, text) for text in _constants(node.args[0]))


def _is_of_addresses(module: Module, node: ast.Call) -> bool:
    return module.path.endswith("urls.py") or ast.unparse(node.func).startswith("router.")


def _constants(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


_TRANSLATED = re.compile(r"\{%\s*(?:translate|trans)\s+(?:\"([^\"]*)\"|'([^']*)').*?%\}")
_NOT_SEEN = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->|\b(?!title|aria-label|placeholder|alt)[\w:-]+=\"[^\"]*\"|</?[a-z][\w-]*|/?>"
)


def seen(line: str) -> str:
    """Return what people read of a template's line: its text, and the attributes that are read out."""
    return _NOT_SEEN.sub(" ", _TRANSLATED.sub(lambda found: found[1] or found[2] or "", line))


def pairs_of(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (concept, never say, line) of a glossary."""
    for row in _ROW.finditer(text):
        if row[1] == "word":
            continue
        for word in row[2].split(","):
            if said := re.sub(r"\(.*?\)", "", word).strip():
                yield row[1], said, text.count("\n", 0, row.start()) + 1


def _compared(project: Project) -> Iterator[Finding]:
    """Find pairs of the glossary that nothing here looks for, and the other way round."""
    for path, text in project.files(GLOSSARY):
        told = {(concept, word): line for concept, word, line in pairs_of(text)}
        known = {(pair.concept, pair.word) for pair in PAIRS}
        for (concept, word), line in told.items():
            if (concept, word) not in known:
                yield Finding(path, line, f"nothing looks for {word!r} said for {concept}: add it to checks/glossary.py")
        for concept, word in sorted(known - set(told)):
            yield Finding(path, 1, f"{word!r} for {concept} is looked for and not told here")


RULE = Rule(
    "One word per concept: whoever learns it once can read everything.",
    find,
    {
        "src/antiphon/sandbox/templates/sandbox/campaigns.html:team": "the marketing team that broadcasts, not who answers",
        "src/antiphon/webhooks/models.py:delivery": "one event for one receiver, as everybody who offers webhooks calls it; not an arrival",
    },
)
