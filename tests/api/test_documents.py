from pathlib import Path

from antiphon.accounts.models import Role
from antiphon.accounts.permissions import ALLOWED
from antiphon.api.application import api
from antiphon.api.docs import operations

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()


def test_the_table_of_roles_is_the_one_that_is_asked() -> None:
    told = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[0].startswith("`"):
            roles = (Role.ADMINISTRATOR, Role.CAMPAIGN_MANAGER, Role.SUPERVISOR, Role.AGENT, Role.ANALYST)
            told[cells[0].strip("`")] = frozenset(role for role, cell in zip(roles, cells[1:], strict=True) if cell == "yes")
    assert told == ALLOWED


def test_every_operation_says_what_it_does_in_its_own_words() -> None:
    found = [(operation.summary, operation.description) for _, operation, _ in operations(api)]
    assert all(summary and description for summary, description in found)
    assert len({summary for summary, _ in found}) == len(found)
