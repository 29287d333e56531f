"""Names that say nothing."""

from collections.abc import Iterator

from checks.names import names
from checks.project import Finding, Project, Rule

NOTHING = {
    *("data", "info", "obj", "object", "manager", "managers", "helper", "helpers", "util", "utils"),
    *("service", "services", "process", "processes", "handle", "handles"),
}


# What a test calls a value for a few lines is its own affair.
_LOOKED_AT = {"src": {"module", "class", "function", "parameter", "field", "value"}, "tests": {"module", "class", "function"}}
_LOOKED_AT["tools"] = _LOOKED_AT["checks"] = _LOOKED_AT["src"]


def find(project: Project) -> Iterator[Finding]:
    for folder, looked_at in _LOOKED_AT.items():
        for module in project.modules(f"{folder}/*.py"):
            for name in names(module):
                if name.what in looked_at and (found := NOTHING.intersection(name.words)):
                    yield Finding(
                        module.path, name.line, f"{name.what} {name.text!r}: {found.pop()!r} says nothing of what it is", name.text
                    )


RULE = Rule(
    "A name that fits everything tells nothing.",
    find,
    {
        "src/antiphon/api/events.py:data": "CloudEvents calls the content so",
        "src/antiphon/bench/load.py:data_received": "asyncio calls it so",
        "*:handle_starttag": "the parser of the standard library calls it so",
        "src/antiphon/webhooks/calling.py:*info": "the HTTP library calls it so",
        "*:campaign_manager": "a role: who runs campaigns",
        "*:CAMPAIGN_MANAGER": "as above",
        "src/antiphon/campaigns/models.py:service": "a goal that campaigns have",
        "src/antiphon/campaigns/models.py:SERVICE": "as above",
        "tests/*:test_*process*": "a process of the operating system",
    },
)
