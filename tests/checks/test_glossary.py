"""The rule on words: per concept, where it can be told, and the list in the glossary itself."""

import pytest

from checks import glossary
from checks.glossary import NAME, TABLE, URL, VISIBLE, pairs_of, seen
from checks.project import Project
from tests.checks.conftest import Files

SAID = [
    ("src/antiphon/x/models.py", "class Ticket:\n    customer = 1\n", [(2, "customer")]),
    ("src/antiphon/x/models.py", "class Chat:\n    class Meta:\n        db_table = 'thread'\n", [(1, "chat"), (3, "thread")]),
    ("src/antiphon/events/types.py", "class Kind(StrEnum):\n    ONE = 'ok'\n    TWO = 'agent.reply.sent'\n", [(3, "reply")]),
    ("src/antiphon/x/verbs.py", "\ndef send_reply(): ...\n", [(2, "reply")]),
    ("src/antiphon/x/verbs.py", "class ReplySent: ...\n", [(1, "reply")]),
    ("src/antiphon/x/verbs.py", "def link(campaign_window): ...\n", [(1, "window")]),
    ("src/antiphon/x/urls.py", "urlpatterns = [\n    path('tickets/', f),\n]\n", [(2, "ticket")]),
    ("src/antiphon/x/sources.py", "@router.get('inboxes/{id}')\ndef f(): ...\n", [(1, "inbox")]),
    ("src/antiphon/x/verbs.py", "raise Invalid('x', f'The customer of {name} is gone.')\n", [(1, "customer")]),
    ("src/antiphon/templates/x.html", '<h1>\n{% translate "Customers" %}</h1>\n', [(2, "customer")]),
    ("src/antiphon/templates/x.html", '<p title="Open chats">x</p>\n', [(1, "chat")]),
    ("src/antiphon/static/css/x.css", "p { margin: 0 }\np .customer-name { color: red }\n", [(2, "customer")]),
    ("src/antiphon/static/css/chat.css", "", [(1, "chat")]),
]
NOT_SAID = [
    ("src/antiphon/static/css/x.css", ".consumer { background: url(x.svg) } /* a team */\n"),
    ("src/antiphon/x/live.py", "class Ticket:\n    thread: int\n    channel: str\n    template_name: str\n"),
    ("src/antiphon/x/replies.py", "class ReplyReceived: ...\ndef store_replies(response, payload, origin): ...\n"),
    ("src/antiphon/x/jobs.py", "def run(job): ...\ndef lead(): ...\ndef teammate(): ...\n"),
    ("src/antiphon/x/verbs.py", "x.get('ticket')\nopen('inbox')\nraise Invalid('ticket', 'Choose a consumer.')\n"),
    ("src/antiphon/templates/x.html", '<p class="chat team" data-thread="{{ page.ticket }}">{% if customer %}Consumer{% endif %}</p>\n'),
]


@pytest.mark.parametrize(("path", "text", "expected"), SAID)
def test_a_word_said_for_another_concept_is_found(of: Files, path: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert sorted((one.line, one.name) for one in glossary.RULE.findings(of({path: text}))) == expected


@pytest.mark.parametrize(("path", "text"), NOT_SAID)
def test_a_word_that_means_something_else_passes(of: Files, path: str, text: str) -> None:
    assert glossary.RULE.findings(of({path: text})) == []


def test_the_list_and_the_glossary_tell_the_same(of: Files, project: Project) -> None:
    ((path, text),) = project.files(glossary.GLOSSARY)
    assert len(list(pairs_of(text))) > 30
    assert glossary.RULE.findings(of({path: text})) == []
    more = text.replace("blast, drip", "blast, push, drip")
    (found,) = glossary.RULE.findings(of({path: more}))
    assert "'push' said for campaign" in found.message
    (found,) = glossary.RULE.findings(of({path: text.replace("blast, drip", "drip")}))
    assert "'blast' for campaign" in found.message


def test_every_pair_looks_somewhere() -> None:
    for pair in glossary.PAIRS:
        assert pair.places, pair
        assert pair.places <= {NAME, TABLE, URL, VISIBLE}, pair


def test_what_people_read_of_a_template() -> None:
    line = '<a class="chat" href="/x" title="Read me">{% translate "One" %} {{ two }} three</a>'
    assert [word for word in seen(line).replace('"', " ").replace("=", " ").split() if word != "title"] == ["Read", "me", "One", "three"]
