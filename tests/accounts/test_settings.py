"""Skills, canned answers and the account's own settings: what is taken, refused, kept, and told in the trail."""

from typing import Any

import pytest

from antiphon.accounts import canned, tenants, verbs
from antiphon.accounts.models import Account, AuditEntry, CannedAnswer, Skill
from antiphon.accounts.stamps import Overtaken, stamp
from antiphon.conversations.using import needs_skill
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing, Problem
from tests.kit.deliver import Deliver
from tests.kit.world import CLEO, Tenant

HOURS: dict[str, Any] = {"shortcut": "hours", "name": "Opening hours", "text": "We are open from 9 to 17."}


def add(north: Tenant, **other: Any) -> CannedAnswer:
    return canned.add_canned_answer(north.id, HOURS | other, actor="membership:5", at=north.clock())


def edit_account(north: Tenant, **changes: Any) -> Account:
    return tenants.edit_account(north.id, changes, actor="membership:5", at=north.clock())


def refused(code: str, verb: Any, *args: Any, **given: Any) -> Problem:
    with pytest.raises(Problem) as told:
        verb(*args, **given)
    assert told.value.code == code
    return told.value


def test_a_shortcut_is_one_per_language(north: Tenant) -> None:
    made = add(north, shortcut=";Hours ")
    assert (made.shortcut, made.skill_id, made.language) == ("hours", None, "")
    assert refused("shortcut_taken", add, north).field == "shortcut"
    add(north, language="nl")
    add(north, shortcut="hours-2")


@pytest.mark.parametrize("shortcut", ["", "two words", "ärger", "x" * 33, "-a"])
def test_what_is_no_shortcut(north: Tenant, shortcut: str) -> None:
    assert isinstance(refused("bad_shortcut", add, north, shortcut=shortcut), Invalid)
    add(north, shortcut="x" * 32)


def test_a_canned_answer_is_for_a_skill_and_a_language_of_the_account(north: Tenant, south: Tenant) -> None:
    edit_account(north, languages=["nl", "en"])
    assert isinstance(refused("not_found", add, north, skill_id=south.skills["care"].pk), Missing)
    assert refused("unknown_language", add, north, language="fr").field == "language"
    assert add(north, skill_id=north.skills["care"].pk, language="nl").language == "nl"


def test_editing_a_canned_answer(north: Tenant) -> None:
    made = add(north)
    shown = stamp(canned.canned_answer_values(made))
    canned.edit_canned_answer(north.id, made.pk, {"text": "Open 8 to 17."}, actor="x", at=north.clock(), expected=shown)
    with pytest.raises(Overtaken) as stale:
        canned.edit_canned_answer(north.id, made.pk, {"name": "Hours"}, actor="x", at=north.clock(), expected=shown)
    assert stale.value.fields == ("text",)
    with account(north.id):
        told = AuditEntry.objects.filter(action="canned_answer.edited").get()
    assert told.detail["changed"] == {"text": ["We are open from 9 to 17.", "Open 8 to 17."]}


def test_what_was_removed_can_be_put_back(north: Tenant, south: Tenant) -> None:
    made = add(north)
    with pytest.raises(Missing):
        canned.remove_canned_answer(south.id, made.pk, actor="x", at=north.clock())
    values = canned.remove_canned_answer(north.id, made.pk, actor="x", at=north.clock())
    with pytest.raises(Missing):
        canned.edit_canned_answer(north.id, made.pk, {}, actor="x", at=north.clock())
    assert canned.add_canned_answer(north.id, values, actor="x", at=north.clock()).text == HOURS["text"]


def test_the_account_itself(north: Tenant, south: Tenant) -> None:
    assert south.account.name == "South"
    changed = edit_account(
        north, name="North BV", time_zone="Europe/Paris", home_region="fr", conversion_window_days="14", is_automatic=False,
        languages=["NL", "nl", " en", ""],
    )  # fmt: skip
    assert tenants.account_values(changed) == {
        "name": "North BV",
        "time_zone": "Europe/Paris",
        "home_region": "FR",
        "conversion_window_days": 14,
        "is_automatic": False,
        "languages": ["nl", "en"],
    }
    assert Account.objects.get(pk=north.id).conversion_window_days == 14


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": "south"}, "account_exists", "name"),
        ({"name": ""}, "bad_length", "name"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
        ({"home_region": "XX"}, "unknown_region", "home_region"),
        ({"conversion_window_days": "0"}, "out_of_range", "conversion_window_days"),
        ({"conversion_window_days": "367"}, "out_of_range", "conversion_window_days"),
        ({"languages": ["dutch language"]}, "unknown_language", "languages"),
    ],
)
@pytest.mark.usefixtures("south")
def test_what_an_account_refuses(north: Tenant, changes: dict[str, Any], code: str, field: str) -> None:
    assert refused(code, edit_account, north, **changes).field == field
    edit_account(north, conversion_window_days="366")


def test_times_of_a_skill_may_be_off(north: Tenant) -> None:
    care = north.skills["care"]
    changes = {"auto_close_seconds": None, "return_seconds": 600, "response_target_seconds": 60}
    verbs.edit_skill(north.id, care.pk, changes, actor="x", at=north.clock())
    with account(north.id):
        assert verbs.skill_values(Skill.objects.get(pk=care.pk)) == {"name": "care"} | changes
    refused("out_of_range", verbs.edit_skill, north.id, care.pk, {"return_seconds": 59}, actor="x", at=north.clock())


def test_a_skill_that_open_conversations_wait_in_is_needed(north: Tenant) -> None:
    sales = north.skills["sales"].pk
    with account(north.id):
        assert needs_skill(north.id, sales) == []
    north.campaign(skill="sales")
    deliver = Deliver(north)
    deliver.notice(CLEO, at=north.clock())
    deliver.reply(CLEO, at=north.clock.forward(minutes=1))
    with account(north.id):
        uses = needs_skill(north.id, sales)
    assert uses == ["Spring check-up", "1 open conversation"]
    with pytest.raises(Conflict, match="1 open conversation"):
        verbs.remove_skill(north.id, sales, used_by=uses, actor="x", at=north.clock())
