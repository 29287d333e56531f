"""Templates: no script or style inside, and nothing that works only with JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from checks.project import Finding, Project, Rule

_TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_HANDLER = re.compile(r"on[a-z]+")
_SENDS = {"hx-post", "hx-put", "hx-patch", "hx-delete"}
_BY_ITSELF = re.compile(r"\s*(heard|load|revealed|every \d+m?s)\b")


@dataclass(frozen=True, slots=True)
class Element:
    """An element as a template writes it."""

    tag: str
    attributes: dict[str, str]
    line: int


class Reader(HTMLParser):
    """Collects elements, and the texts that people see with their lines."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.texts: list[tuple[int, str]] = []
        self.feed(_TEMPLATE_TAG.sub(lambda found: re.sub(r"[^\n]", "x", found[0]), text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, self.getpos()[0]))


def find(project: Project) -> Iterator[Finding]:
    for path, text in project.files("src/*.html"):
        for element in Reader(text).elements:
            for says in _breaches(element):
                yield Finding(path, element.line, f"<{element.tag}> {says}", element.attributes.get("id", ""))


def _breaches(element: Element) -> Iterator[str]:
    given = element.attributes
    if element.tag == "style" or "style" in given:
        yield "holds style: give it a class, or a data- attribute"
    if element.tag == "script" and not given.get("src") and given.get("type", "") != "application/json":
        yield "holds script: put it in a file of static/js, attached by a data- attribute"
    if found := sorted(name for name in given if _HANDLER.fullmatch(name)):
        yield f"has {found[0]}: attach the behaviour by a data- attribute"
    if "hx-get" in given and not _has_address(given) and not _reads_itself(given):
        yield "has hx-get without href or action: without JavaScript it must lead somewhere"
    if _SENDS & set(given) and not (element.tag == "form" and given.get("method", "").lower() == "post" and "action" in given):
        yield "sends by htmx alone: put it on a form with method and action"


def _has_address(given: dict[str, str]) -> bool:
    return bool(given.get("href") or given.get("action"))


def _reads_itself(given: dict[str, str]) -> bool:
    """Return whether a part only keeps itself fresh: loading the page again does the same."""
    triggers = given.get("hx-trigger", "").split(",")
    return given.get("hx-target") == "this" and all(_BY_ITSELF.match(trigger) for trigger in triggers)


RULE = Rule("The content policy is strict, and every page works without JavaScript.", find)
