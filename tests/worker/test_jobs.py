"""Jobs: every name that is put off is a job, and a job's arguments are ids."""

import inspect
import re
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

import antiphon
from antiphon.config.env import read
from antiphon.providers.registry import ADAPTERS
from antiphon.worker import jobs

_PUT_OFF = re.compile(r'put_off\(\s*"(\w+)"')


def put_off_names() -> set[str]:
    source = Path(antiphon.__file__).parent
    return {name for path in source.rglob("*.py") for name in _PUT_OFF.findall(path.read_text())}


def test_every_name_that_is_put_off_is_a_job() -> None:
    assert put_off_names() >= {"send_answer", "late_mapping", "check_token"}
    assert put_off_names() <= set(app.tasks)


@pytest.mark.parametrize("task", [jobs.send_answer, jobs.check_token, jobs.late_mapping])
def test_arguments_are_ids(task: object) -> None:
    names = set(inspect.signature(task.func).parameters) - {"context"}  # type: ignore[attr-defined]
    assert all(name.endswith("_id") for name in names)


def test_calls_go_to_the_provider_unless_the_settings_name_another_place() -> None:
    assert jobs.base_url_of("cm") == ADAPTERS["cm"].default_base_url
    assert read({"ANTIPHON_CM_URL": "http://127.0.0.1:8090"}).cm_url == "http://127.0.0.1:8090"
