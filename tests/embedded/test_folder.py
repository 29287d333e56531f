"""A data folder is whole or not there; what is not whole is refused and left as it is."""

import shutil
from pathlib import Path

import pytest

from antiphon.embedded.errors import UnusableError
from antiphon.embedded.places import Places
from antiphon.embedded.use import embedded
from tests.embedded.asking import ask


def contents(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.lstat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control"])
def test_a_half_initialised_folder_is_refused_and_untouched(home: Path, missing: str) -> None:
    with embedded(home):
        pass
    lost = Places(home).cluster / missing
    aside = home / "aside"
    shutil.move(lost, aside)
    before = contents(Places(home).cluster)
    with pytest.raises(UnusableError, match="not a complete PostgreSQL data folder"), embedded(home):
        pass
    assert contents(Places(home).cluster) == before
    shutil.move(aside, lost)
    with embedded(home):
        assert ask(home, "select 1") == (1,)


def test_an_empty_folder_in_its_place_is_refused(home: Path) -> None:
    Places(home).cluster.mkdir(parents=True)
    if Places(home).cluster.stat().st_uid == 0:
        shutil.chown(Places(home).cluster, "nobody")
    with pytest.raises(UnusableError, match="move it away"), embedded(home):
        pass
    assert list(Places(home).cluster.iterdir()) == []


def test_what_a_broken_first_start_left_is_made_anew(home: Path) -> None:
    left = Places(home).unfinished
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    with embedded(home):
        assert ask(home, "select 1") == (1,)
    assert not left.exists()


def test_a_folder_of_another_major_version_is_refused(home: Path) -> None:
    with embedded(home):
        pass
    version = Places(home).cluster / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(UnusableError, match=r"made by PostgreSQL 17, this Antiphon brings 18"), embedded(home):
        pass
    version.write_text("18\n")
    with embedded(home):
        assert ask(home, "select 1") == (1,)


def test_a_home_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableError, match="set ANTIPHON_HOME") as refused, embedded(tmp_path / "file" / "home"):
        pass
    assert "\n" not in str(refused.value)
