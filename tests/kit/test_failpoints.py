"""Failpoints: nothing unless armed, once when armed, and every name is a place of the code."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon.kit import failpoints
from antiphon.kit.failpoints import NAMES, Struck, arm, reach

SOURCE = Path(failpoints.__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    failpoints.watch(tmp_path)
    yield tmp_path
    failpoints.watch(None)


def test_one_that_is_armed_strikes_once(folder: Path) -> None:
    reach("lane.taken")
    armed = arm(folder, "lane.taken", "fail")
    reach("lane.committed")
    assert armed.exists()
    with pytest.raises(Struck):
        reach("lane.taken")
    assert not armed.exists()
    reach("lane.taken")


def test_a_number_is_so_many_seconds(folder: Path) -> None:
    armed = arm(folder, "spool.synced", "0.01")
    reach("spool.synced")
    assert not armed.exists()


def test_without_the_setting_nothing_is_looked_for(tmp_path: Path) -> None:
    armed = arm(tmp_path, "lane.taken", "fail")
    reach("lane.taken")
    assert armed.exists()


def test_a_name_that_nobody_comes_by_cannot_be_armed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"lane\.forgotten"):
        arm(tmp_path, "lane.forgotten")


def test_each_name_is_one_place_of_the_code() -> None:
    code = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if path.name != "failpoints.py")
    assert Counter({name: code.count(f'reach("{name}")') for name in NAMES}) == Counter(dict.fromkeys(NAMES, 1))
