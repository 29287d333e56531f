"""A project of a few files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checks.project import Project

Files = Callable[[dict[str, str]], Project]


@pytest.fixture
def of(tmp_path: Path) -> Files:
    """Return a maker of projects from texts by path."""

    def project(files: dict[str, str]) -> Project:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Project(tmp_path)

    return project


@pytest.fixture(scope="session")
def project() -> Project:
    """Return this project."""
    return Project(Path(__file__).resolve().parents[2])
