"""DATABASE_URL becomes three doors, and its password no message."""

import pytest

from antiphon.config.databases import databases
from antiphon.config.env import SettingError, read

OWNER = "postgresql://boss:p%40ss@db.example:6432/site?sslmode=require"


def test_one_url_opens_all_three_doors() -> None:
    doors = databases(read({"DATABASE_URL": OWNER}))
    assert {alias: door["USER"] for alias, door in doors.items()} == {"owner": "boss", "default": "antiphon_app", "jobs": "antiphon_jobs"}
    for door in doors.values():
        assert (door["NAME"], door["HOST"], door["PORT"], door["PASSWORD"]) == ("site", "db.example", "6432", "p@ss")
        assert door["OPTIONS"]["sslmode"] == "require"


def test_each_door_may_have_a_url_of_its_own() -> None:
    doors = databases(read({"DATABASE_URL": OWNER, "ANTIPHON_APP_DATABASE_URL": "postgresql://shop:other@pool.example/site"}))
    assert (doors["default"]["USER"], doors["default"]["HOST"], doors["default"]["PASSWORD"]) == ("shop", "pool.example", "other")
    assert doors["jobs"]["HOST"] == "db.example"


def test_without_a_url_the_doors_are_the_socket(tmp_path: object) -> None:
    doors = databases(read({"ANTIPHON_HOME": str(tmp_path)}))
    assert all(door["HOST"].startswith("/") and not door["PASSWORD"] for door in doors.values())
    assert {door["USER"] for door in doors.values()} == {"antiphon_owner", "antiphon_app", "antiphon_jobs"}


def test_a_url_without_a_user_or_password_still_names_the_role() -> None:
    assert databases(read({"DATABASE_URL": "postgresql://db.example/site"}))["default"]["USER"] == "antiphon_app"


@pytest.mark.parametrize(
    "wrong", ["mysql://boss:hush@db/site", "postgresql://boss:hush@db:port/site", "boss:hush@db", "postgresql://boss:hu%zzsh@db/x"]
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(wrong: str) -> None:
    databases(read({"DATABASE_URL": OWNER}))
    with pytest.raises(SettingError) as refused:
        databases(read({"DATABASE_URL": wrong}))
    assert "DATABASE_URL" in str(refused.value)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None
