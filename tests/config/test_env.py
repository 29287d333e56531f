"""The table of settings: read, refused, documented."""

import dataclasses
import re
from pathlib import Path

import pytest

from antiphon.config.env import Environment, SettingError, default_home, read, table
from tools.pages import SETTINGS, settings_table

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\b(?:ANTIPHON_[A-Z_]+|DATABASE_URL)\b")
OF_TESTS_AND_TOOLS = {"ANTIPHON_CHROMIUM", "ANTIPHON_TEST_DATABASE_URL"}


def test_nothing_given_is_every_default() -> None:
    settings = read({})
    assert (settings.port, settings.workers, settings.is_log_json, settings.database_url) == (8000, 2, True, None)
    assert settings.home == ROOT / "var"
    assert settings.site_url == "http://localhost:8000"


def test_each_type_is_read_as_such() -> None:
    given = {
        "ANTIPHON_PORT": " 81 ",
        "ANTIPHON_DEVELOPMENT": "On",
        "ANTIPHON_ALLOWED_HOSTS": "a.example, b.example,",
        "ANTIPHON_HOME": "here",
    }
    settings = read(given | {"ANTIPHON_PUBLIC_URL": "https://replies.example/"})
    assert (settings.port, settings.is_development, settings.allowed_hosts) == (81, True, ("a.example", "b.example"))
    assert settings.home == Path.cwd() / "here"
    assert settings.site_url == "https://replies.example"


def test_empty_is_unset() -> None:
    assert read({"ANTIPHON_PORT": "", "DATABASE_URL": "  "}) == read({})


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("ANTIPHON_PORT", "eighty", "80"),
        ("ANTIPHON_PORT", "0", "1"),
        ("ANTIPHON_PORT", "-1", "1"),
        ("ANTIPHON_PORT", "9" * 5000, "9000"),
        ("ANTIPHON_WORKERS", "1.5", "1"),
        ("ANTIPHON_LOG_JSON", "maybe", "no"),
        ("ANTIPHON_CONNECT_SECONDS", "1", "2"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, wrong: str, right: str) -> None:
    read({name: right})
    with pytest.raises(SettingError, match=rf"^{name} must be [^\n]+$"):
        read({name: wrong})


def test_outside_a_checkout_the_home_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from antiphon.config import env  # noqa: PLC0415 - its view of the checkout is replaced

    monkeypatch.setattr(env, "_CHECKOUT", tmp_path)
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/antiphon")
    assert default_home({}) == Path.home() / ".local/share/antiphon"


def test_the_page_shows_the_table_and_nothing_else() -> None:
    assert settings_table() in SETTINGS.read_text(encoding="utf-8")


def test_every_setting_that_is_named_anywhere_exists() -> None:
    known = {name for name, _, _ in table()} | OF_TESTS_AND_TOOLS
    files = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("src/antiphon/**/*.py"), ROOT / "README.md", ROOT / "Makefile"]
    for file in files:
        assert set(NAME.findall(file.read_text(encoding="utf-8"))) <= known, file


def test_every_setting_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("src/antiphon/**/*.py"))
    unused = [field.name for field in dataclasses.fields(Environment) if not re.search(rf"\.{field.name}\b", source)]
    assert unused == []
