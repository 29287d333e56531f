"""What the product is made of, and what is known against it: said, and never passed over in silence."""

import json
from pathlib import Path

import pytest

from tools.audit import told
from tools.sbom import ROOT, javascript

LOCK = json.loads((ROOT / "package-lock.json").read_text())


@pytest.mark.parametrize(
    ("code", "said", "ended", "words"),
    [
        (0, "found 0 vulnerabilities", 0, "nothing is known"),
        (1, "npm error audit endpoint returned an error", 0, "NOT ASKED"),
        (2, "cause: dns error", 0, "NOT ASKED"),
        (1, "npm error code E503\nnpm error 503 Service Unavailable", 0, "NOT ASKED"),
        (1, "django 5.2.1 has 1 known vulnerability: GHSA-xxxx", 1, "look at the above"),
        (2, "error: something nobody has seen before", 1, "look at the above"),
    ],
)
def test_an_audit_that_could_not_be_made_says_so_and_one_that_finds_fails(
    capsys: pytest.CaptureFixture[str], code: int, said: str, ended: int, words: str
) -> None:
    assert told("Python", code, said) == ended
    assert words in capsys.readouterr().out


def test_every_package_of_the_pages_is_in_their_bill_of_materials_with_its_hash() -> None:
    told_of = javascript(LOCK)
    names = {(one["name"], one["version"]) for one in told_of["components"]}
    assert {name for name, _ in names} >= {"htmx.org", "echarts"}
    assert len(told_of["components"]) == len([path for path in LOCK["packages"] if path])
    assert all(len(one["hashes"][0]["content"]) == 128 for one in told_of["components"])


def test_every_package_of_the_lock_has_a_hash() -> None:
    lock = (Path(ROOT) / "uv.lock").read_text()
    packages = [part for part in lock.split("[[package]]")[1:] if "source = { registry" in part]
    assert len(packages) > 80
    assert [part[:60] for part in packages if "sha256:" not in part] == []
