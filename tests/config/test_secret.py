"""The secret key: given, or made once and kept to ourselves."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from antiphon.config.env import SettingError, read
from antiphon.config.secret import secret_key


def test_it_is_made_once_and_for_us_only(tmp_path: Path) -> None:
    settings = read({"ANTIPHON_HOME": str(tmp_path / "home")})
    key = secret_key(settings)
    assert len(key) >= 32
    assert secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "home" / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret-key"]


def test_of_many_at_once_all_get_the_same(tmp_path: Path) -> None:
    settings = read({"ANTIPHON_HOME": str(tmp_path)})
    with ThreadPoolExecutor(8) as threads:
        keys = {future.result() for future in [threads.submit(secret_key, settings) for _ in range(32)]}
    assert len(keys) == 1


def test_a_given_key_is_taken_if_it_is_long_enough(tmp_path: Path) -> None:
    assert secret_key(read({"ANTIPHON_SECRET_KEY": "k" * 32, "ANTIPHON_HOME": str(tmp_path)})) == "k" * 32
    with pytest.raises(SettingError, match="fewer than 32") as refused:
        secret_key(read({"ANTIPHON_SECRET_KEY": "k" * 31, "ANTIPHON_HOME": str(tmp_path)}))
    assert "kkk" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="set ANTIPHON_SECRET_KEY"):
        secret_key(read({"ANTIPHON_HOME": str(tmp_path / "file")}))
