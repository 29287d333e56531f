"""Every rule: texts that break it, each with the line, beside texts that do not."""

import pytest

from checks import rules
from checks.project import Project
from tests.checks.conftest import Files

# rule -> path, text, line of the breach
BREACHES = [
    ("account", "src/antiphon/events/store.py", "import os\nX = \"set_config('antiphon.account', '7', true)\"\n", 2),
    ("account", "src/antiphon/events/sql/read.sql", "-- Read.\nselect current_setting('antiphon.account')\n", 2),
    ("alone", "docs/flow.md", "Flow\n\nSee /work" + "/main for more.\n", 3),
    ("alone", "docs/flow.md", "See .." + "/shared/README.md.\n", 1),
    ("alone", "Makefile", "install:\n\tpip install -i https://pypi" + ".org/simple x\n", 2),
    ("alone", "src/antiphon/kit/x.py", "# Written with Clau" + "de.\n", 1),
    ("alone", "src/antiphon/kit/x.py", '"""As 2-domain' + '.md says."""\n', 1),
    ("deploys", "src/antiphon/intake/migrations/0002_x.py", "operations = [\n    migrations.RemoveField('reply', 'text'),\n]\n", 2),
    ("deploys", "src/antiphon/intake/migrations/0002_x.py", "a = migrations.AddField('reply', 'text', models.TextField())\n", 1),
    (
        "deploys",
        "src/antiphon/intake/migrations/0002_x.py",
        "a = migrations.AddField('reply', 'x', field=models.TextField(null=False))\n",
        1,
    ),
    ("deploys", "src/antiphon/intake/migrations/0002_x.py", "a = migrations.RunSQL('drop table reply')\n", 1),
    ("logs", "src/antiphon/x.py", '_log.info("taken", phone=phone)\n', 1),
    ("logs", "src/antiphon/x.py", 'x = 1\n_log.error(f"refused {text}")\n', 2),
    ("logs", "src/antiphon/x.py", 'structlog.get_logger(__name__).warning("refused", **told)\n', 1),
    ("mocks", "tests/test_x.py", "def test_x():\n    with patch('antiphon.kit.clock.now'):\n        pass\n", 2),
    ("mocks", "tests/test_x.py", "def test_x(monkeypatch):\n    monkeypatch.setattr('antiphon.kit.clock.now', None)\n", 2),
    ("mocks", "tests/test_x.py", "from unittest.mock import Mock\n", 1),
    ("packages", "src/antiphon/kit/__init__.py", '"""Kit."""\n\nfrom antiphon.kit.clock import now\n', 3),
    ("packages", "tests/__init__.py", "X = 1\n", 1),
    ("pages", "src/antiphon/templates/x.html", "<p>\n<script>alert(1)</script>\n", 2),
    ("pages", "src/antiphon/templates/x.html", "<style>p { color: red }</style>\n", 1),
    ("pages", "src/antiphon/templates/x.html", '<p\n   style="color: red">x</p>\n', 1),
    ("pages", "src/antiphon/templates/x.html", '<button onclick="go()">x</button>\n', 1),
    ("pages", "src/antiphon/templates/x.html", "<button hx-get=\"{% url 'home' %}\">x</button>\n", 1),
    ("pages", "src/antiphon/templates/x.html", "<button hx-post=\"{% url 'take' %}\">x</button>\n", 1),
    ("pages", "src/antiphon/templates/x.html", '<form hx-post="/x" action="/x">x</form>\n', 1),
    ("pages", "src/antiphon/templates/x.html", '<div hx-get="/x" hx-target="this" hx-trigger="heard, click">x</div>\n', 1),
    ("signals", "src/antiphon/x.py", "from django.dispatch import receiver\n", 1),
    ("signals", "src/antiphon/x.py", "import os\nfrom django.db.models import signals\n", 2),
    ("signals", "src/antiphon/x.py", "import django.core.signals\n", 1),
    ("size", "src/antiphon/x.py", "def f():\n" + "    x = 1\n" * 60, 1),
    ("size", "src/antiphon/x.py", "x = 1\n" * 401, 1),
    ("statements", "src/antiphon/x/sql/a.sql", "select 1 where account_id = %(account_id)s::bigint\n", 1),
    ("statements", "src/antiphon/x/sql/a.sql", "-- Index: none.\nselect %(account_id)s::bigint\n", 1),
    ("statements", "src/antiphon/x/sql/a.sql", "-- All. Index: none.\nselect text from reply\n", 1),
    ("statements", "src/antiphon/x/sql/a.sql", "-- All. Index: none.\nselect %(account_id)s::bigint;\nselect ';' -- x\n", 2),
    ("vague", "src/antiphon/x.py", "class ReplyManager:\n    pass\n", 1),
    ("vague", "src/antiphon/x.py", "\ndef reply_data(): ...\n", 2),
    ("vague", "src/antiphon/utils.py", "", 1),
    ("vague", "src/antiphon/x.py", "def reply(userInfo): ...\n", 1),
    ("vague", "src/antiphon/x.py", "class Reply:\n    obj: int\n", 2),
    ("vague", "src/antiphon/x.py", "class Reply:\n    def f(self):\n        self.handle = 1\n", 3),
    ("vague", "tests/test_x.py", "def helper(): ...\n", 1),
]

RIGHT = [
    ("account", "src/antiphon/kit/db.py", "X = \"set_config('antiphon.account', '7', true)\"\n"),
    ("account", "src/antiphon/cli/x.py", '"""See `antiphon.accounts`."""\nX = "antiphon.embedded.account"\nY = "antiphon.account.x"\n'),
    ("account", "src/antiphon/kit/tables.py", "X = \"select current_setting('antiphon.account')\"\n"),
    ("account", "src/antiphon/events/sql/read.sql", "-- Not antiphon.account.\nselect 1\n"),
    ("alone", "docs/flow.md", "The network and its /work-flow, a shared folder, homework/x.\nA session, an agent, a tool.\n"),
    ("alone", "uv.lock", "source = pypi" + ".org\n"),
    (
        "deploys",
        "src/antiphon/intake/migrations/0002_x.py",
        (
            "a = [\n    # deploy-safe: nothing has read it since 1.2\n    migrations.RemoveField('reply', 'text'),\n"
            "    migrations.AddField('reply', 'a', field=models.TextField(null=True)),\n"
            "    migrations.AddField('reply', 'b', field=models.TextField(db_default='')),\n"
            "    migrations.RunSQL('create table x ()'),\n]\n"
        ),
    ),
    ("logs", "src/antiphon/x.py", '_log.info("taken", reason=reason(error), task_id=7, exc_info=error)\nlog.info(text)\nmath.log(x)\n'),
    (
        "mocks",
        "tests/test_x.py",
        "def test_x(monkeypatch, caller):\n    monkeypatch.setattr(socket, 'connect', None)\n    caller.patch('campaigns/7')\n",
    ),
    ("packages", "src/antiphon/kit/__init__.py", '"""Kit."""\n'),
    ("packages", "tests/__init__.py", ""),
    (
        "pages",
        "src/antiphon/templates/x.html",
        (
            '<script src="{% static "x.js" %}" defer></script>\n'
            "<a href=\"{% url 'home' %}\" hx-get=\"{% url 'home' %}\">x</a>\n"
            '<form method="post" action="/x" hx-post="/x">{% csrf_token %}</form>\n'
            '<form action="/x" hx-get="/x" hx-trigger="change, submit"></form>\n'
            '<div hx-get="/x" hx-target="this" hx-trigger="heard, every 60s"></div>\n'
            '<p data-state="{% if x %}one{% else %}two{% endif %}" {% if y > 1 %}hidden{% endif %}>style= onclick= 1 < 2</p>\n'
        ),
    ),
    ("signals", "src/antiphon/x.py", "import signal\nfrom django.db import models\n"),
    ("size", "src/antiphon/x.py", "def f():\n" + "    x = 1\n" * 59 + "x = 1\n" * 340),
    (
        "statements",
        "src/antiphon/x/sql/a.sql",
        "-- Read all. Index: none.\nselect ';' from reply where account_id = %(account)s::bigint;\n",
    ),
    ("statements", "src/antiphon/x/sql/a.sql", "-- Read all. Crosses accounts. Index: none.\nselect id from reply\n"),
    ("vague", "src/antiphon/database.py", "class Metadata:\n    process_name_of = 1\n".replace("process_name_of", "objective")),
    ("vague", "src/antiphon/x.py", "from x import data\n\n\ndef information(datum): ...\n"),
    ("vague", "tests/test_x.py", "def test_x(data): ...\n"),
]


@pytest.mark.parametrize(("name", "path", "text", "line"), BREACHES)
def test_a_breach_is_found_on_its_line(of: Files, name: str, path: str, text: str, line: int) -> None:
    found = rules.RULES[name].findings(of({path: text}))
    assert [(one.path, one.line) for one in found] == [(path, line)]
    assert found[0].message


@pytest.mark.parametrize(("name", "path", "text"), RIGHT)
def test_what_is_right_passes(of: Files, name: str, path: str, text: str) -> None:
    assert rules.RULES[name].findings(of({path: text})) == []


def test_every_rule_has_a_breach_here_or_a_test_of_its_own() -> None:
    told = {name for name, *_ in BREACHES}
    assert set(rules.RULES) - told == {"actions", "glossary", "tables"}
    assert told == {name for name, *_ in RIGHT}


def test_every_rule_has_a_reason_of_one_sentence() -> None:
    for name, rule in rules.RULES.items():
        assert rule.reason.endswith("."), name
        assert ". " not in rule.reason, name


def test_every_allowance_is_still_needed_and_says_why(project: Project) -> None:
    from checks.project import fits  # noqa: PLC0415 - beside its use

    for name, rule in rules.RULES.items():
        found = list(rule.find(project)) if rule.allowed else []
        for pattern, why in rule.allowed.items():
            assert why, (name, pattern)
            assert any(fits(one, pattern) for one in found), f"{name}: {pattern} allows nothing"
