"""The documents for whoever runs a site: measures, settings and runbooks that they name exist, and every runbook has its four parts."""

import re
from pathlib import Path

import pytest

from antiphon.cli.systemd import unit
from antiphon.config.env import read, table
from antiphon.measures.table import MEASURES, Kind
from tests.docs.reading import DOCS, ROOT, codes, name

OPERATIONS = DOCS / "operations"
RUNBOOKS = sorted(path for path in (OPERATIONS / "runbooks").glob("*.md") if path.stem != "README")
_MEASURE = re.compile(r"\bantiphon_[a-z_]+")
_SETTING = re.compile(r"\bANTIPHON_[A-Z_]+")
_NOT_MEASURES = {"antiphon_app", "antiphon_jobs", "antiphon_owner"}


def known_measures() -> set[str]:
    """Return every name that a scraper stores."""
    histograms = {f"{one.name}_{part}" for one in MEASURES if one.kind is Kind.HISTOGRAM for part in ("bucket", "count", "sum")}
    return {one.shown for one in MEASURES} | {one.name for one in MEASURES if one.kind is Kind.HISTOGRAM} | histograms | _NOT_MEASURES


@pytest.mark.parametrize("page", sorted(OPERATIONS.rglob("*.md")), ids=name)
def test_measures_and_settings_that_are_named_exist(page: Path) -> None:
    text = page.read_text()
    assert set(_MEASURE.findall(text)) - known_measures() == set()
    assert set(_SETTING.findall(text)) - {setting for setting, _, _ in table()} - {"ANTIPHON_TEST_DATABASE_URL"} == set()


@pytest.mark.parametrize("page", RUNBOOKS, ids=name)
def test_a_runbook_says_symptom_look_mend_and_prove(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == ["Symptom", "Look", "Mend", "Prove"]


def test_there_are_runbooks_and_every_one_that_code_and_alarms_name_exists() -> None:
    assert len(RUNBOOKS) >= 10
    there = {page.name for page in RUNBOOKS}
    told = "".join(path.read_text() for path in (ROOT / "src" / "antiphon" / "cli").rglob("*.py"))
    named = set(re.findall(r"runbooks\}?/([a-z-]+\.md)", told + (OPERATIONS / "monitoring.md").read_text()))
    assert len(named) > 6
    assert named - there == set()
    index = (OPERATIONS / "runbooks" / "README.md").read_text()
    assert [page for page in there if f"({page})" not in index] == []


def test_log_fields_that_are_told_are_those_that_are_let_through() -> None:
    from antiphon.kit.logs import FIELDS  # noqa: PLC0415 - beside its use

    told = {
        code
        for code in codes(OPERATIONS / "monitoring.md")
        if code in {"timestamp", "level", "logger", "event", "request_id", "reason", "where"}
    }
    assert len(told) == 7
    assert told <= FIELDS


@pytest.mark.parametrize(("part", "stop"), [("up", 2 * 33 + 30), ("web", 33 + 30), ("worker", 33 + 30)])
def test_a_unit_fits_the_settings(tmp_path: Path, part: str, stop: int) -> None:
    site = read({"ANTIPHON_HOME": str(tmp_path), "ANTIPHON_STOP_SECONDS": "33"})
    told = unit(site, part, user="desk", memory="3G", settings="/etc/desk.env")
    for line in (f"TimeoutStopSec={stop}", "User=desk", "MemoryMax=3G", f"ReadWritePaths={tmp_path}", "EnvironmentFile=-/etc/desk.env"):
        assert line in told.splitlines()
    (start,) = [line for line in told.splitlines() if line.startswith("ExecStart=")]
    assert start.endswith(f'antiphon" {part}')
