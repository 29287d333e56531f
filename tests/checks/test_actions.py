"""The rule on the permission table."""

from checks import actions
from tests.checks.conftest import Files

TABLE = 'ALLOWED = {\n    "campaigns.read": 1,\n    "campaigns.write": 2,\n}\n'
ASKED = "@router.get('x', auth=May('campaigns.read'))\ndef x(): ...\n"


def test_an_action_that_nobody_asks_for_is_found(of: Files) -> None:
    (found,) = actions.RULE.findings(of({actions.TABLE: TABLE, "src/antiphon/api/x.py": ASKED}))
    assert (found.path, found.line, found.name) == (actions.TABLE, 3, "campaigns.write")


def test_an_action_that_pages_ask_for_is_asked_for(of: Files) -> None:
    page = "{% if visit|may:'campaigns.write' %}x{% endif %}"
    assert actions.RULE.findings(of({actions.TABLE: TABLE, "src/antiphon/api/x.py": ASKED, "src/antiphon/templates/x.html": page})) == []


def test_an_action_that_is_not_in_the_table_is_found(of: Files) -> None:
    wrong = ASKED + "visit.may('campaigns.write')\nmay(role, 'campaigns.burn')\n"
    (found,) = actions.RULE.findings(of({actions.TABLE: TABLE, "src/antiphon/api/x.py": wrong}))
    assert found.line == 4
    assert "campaigns.burn" in found.message


def test_a_view_that_asks_for_nothing_is_found(of: Files) -> None:
    guarded = "@tenant_view('campaigns.read')\ndef one(request): ...\n\n\ndef _part(request): ...\n\n\ndef other(page): ...\n"
    views = {actions.TABLE: 'X = {"campaigns.read": 1}\n', "src/antiphon/workspace/views/x.py": guarded}
    assert actions.RULE.findings(of(views)) == []
    views["src/antiphon/workspace/views/x.py"] = guarded + "\n\ndef two(request): ...\n"
    (found,) = actions.RULE.findings(of(views))
    assert found.name == "two"
