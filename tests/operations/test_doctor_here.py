"""The doctor looks at this machine and at the settings: each thing is broken once, found with how to mend it, and found well again."""

import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from antiphon.cli.diagnosis import here
from tests.operations.doctor import Broken, environment, free_port, is_bad


def test_an_old_python() -> None:
    assert is_bad(here.python((3, 10, 4)), "3.10.4", "3.11")
    assert here.python().is_well


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    assert here.home(environment(tmp_path / "new" / "home")).is_well
    (tmp_path / "file").write_text("")
    assert is_bad(here.home(environment(tmp_path / "file")), "ANTIPHON_HOME")


def test_static_files_are_looked_for() -> None:
    assert here.static_files().name == "static files"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o777])
def test_a_secret_key_that_others_may_read(tmp_path: Path, mode: int) -> None:
    assert here.secret_key(environment(tmp_path)).is_well
    key = tmp_path / "secret-key"
    key.write_text("k" * 48)
    key.chmod(mode)
    assert is_bad(here.secret_key(environment(tmp_path)), f"mode {mode:04o}", "chmod 600")
    key.chmod(0o600)
    assert here.secret_key(environment(tmp_path)).is_well


def test_a_secret_key_that_is_too_short(tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("short")
    key.chmod(0o600)
    assert is_bad(here.secret_key(environment(tmp_path)), "too short")
    assert is_bad(here.secret_key(environment(tmp_path, ANTIPHON_SECRET_KEY="short")), "ANTIPHON_SECRET_KEY")
    assert here.secret_key(environment(tmp_path, ANTIPHON_SECRET_KEY="k" * 32)).is_well


CONTRADICTIONS: list[tuple[Broken, Broken, str]] = [
    ({"ANTIPHON_HOST": "0.0.0.0"}, {"ANTIPHON_HOST": "0.0.0.0", "ANTIPHON_PUBLIC_URL": "https://desk.example"}, "ANTIPHON_PUBLIC_URL"),
    ({"ANTIPHON_PUBLIC_URL": "desk.example"}, {"ANTIPHON_PUBLIC_URL": "https://desk.example"}, "no web address"),
    (
        {"ANTIPHON_PUBLIC_URL": "https://desk.example", "ANTIPHON_DEVELOPMENT": "true"},
        {"ANTIPHON_DEVELOPMENT": "true"},
        "unset ANTIPHON_DEVELOPMENT",
    ),
    ({"ANTIPHON_ALLOWED_HOSTS": "*"}, {"ANTIPHON_ALLOWED_HOSTS": "desk.example"}, "every name"),
    ({"ANTIPHON_METRICS_PORT": "8000"}, {"ANTIPHON_METRICS_PORT": "8001"}, "ANTIPHON_METRICS_PORT"),
    ({"ANTIPHON_METRICS_TOKEN": "short"}, {"ANTIPHON_METRICS_TOKEN": "t" * 16}, "16 characters"),
    ({"ANTIPHON_LOCK_SECONDS": "30"}, {"ANTIPHON_LOCK_SECONDS": "29"}, "ANTIPHON_LOCK_SECONDS"),
    ({"ANTIPHON_STOP_SECONDS": "10"}, {"ANTIPHON_STOP_SECONDS": "11"}, "ANTIPHON_STOP_SECONDS"),
    ({"ANTIPHON_OIDC_ISSUER": "https://id.example"}, {}, "ANTIPHON_OIDC_CLIENT_ID"),
    ({"ANTIPHON_OIDC_CLIENT_ID": "desk"}, {}, "ANTIPHON_OIDC_ISSUER"),
    ({"ANTIPHON_SMTP_USER": "desk"}, {"ANTIPHON_SMTP_USER": "desk", "ANTIPHON_SMTP_HOST": "mail.example"}, "ANTIPHON_SMTP_HOST"),
    (
        {"ANTIPHON_SMTP_USER": "desk", "ANTIPHON_SMTP_HOST": "mail.example", "ANTIPHON_SMTP_SECURITY": "none"},
        {"ANTIPHON_SMTP_HOST": "mail.example", "ANTIPHON_SMTP_SECURITY": "none"},
        "unencrypted",
    ),
    ({"ANTIPHON_APP_DATABASE_URL": "postgresql://app@db/site"}, {}, "DATABASE_URL"),
    ({"DATABASE_URL": "mysql://db/site"}, {"DATABASE_URL": "postgresql://owner@db/site"}, "postgresql://"),
    ({"ANTIPHON_WEBHOOK_NETWORKS": "everywhere"}, {"ANTIPHON_WEBHOOK_NETWORKS": "10.1.0.0/16"}, "ANTIPHON_WEBHOOK_NETWORKS"),
    (
        {"ANTIPHON_CM_URL": "http://127.0.0.1:8090", "ANTIPHON_PUBLIC_URL": "https://desk.example"},
        {"ANTIPHON_CM_URL": "http://127.0.0.1:8090"},
        "unset ANTIPHON_CM_URL",
    ),
]


@pytest.mark.parametrize(("broken", "mended", "words"), CONTRADICTIONS, ids=[words for _, _, words in CONTRADICTIONS])
def test_settings_that_contradict(tmp_path: Path, broken: Broken, mended: Broken, words: str) -> None:
    found = list(here.settings(environment(tmp_path, **broken)))
    assert any(is_bad(one, words) for one in found)
    assert [one for one in here.settings(environment(tmp_path, **mended)) if not one.is_well] == []


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    def usage(free: int) -> Any:
        return lambda _: SimpleNamespace(total=100 * 2**30, free=free, used=100 * 2**30 - free)

    site = environment(tmp_path)
    assert is_bad(here.disk(site, usage=usage(4 * 2**30)), "MiB free", "make room")
    assert here.disk(site, usage=usage(6 * 2**30)).is_well
    greedy = environment(tmp_path, ANTIPHON_SPOOL_LIMIT_BYTES=str(4 * 2**30))
    assert is_bad(here.disk(greedy, usage=usage(6 * 2**30)), "ANTIPHON_SPOOL_LIMIT_BYTES")
    assert str(tmp_path) in here.disk(site, usage=shutil.disk_usage).told


def test_a_spool_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.write_text("in the way")
    assert is_bad(here.spool(environment(tmp_path)), "cannot be written")
    folder.unlink()
    assert here.spool(environment(tmp_path)).is_well


def test_a_spool_that_is_nearly_full_or_was_left_behind(tmp_path: Path) -> None:
    site = environment(tmp_path, ANTIPHON_SPOOL_LIMIT_BYTES="1048576", ANTIPHON_WORKERS="1")
    segment = tmp_path / "spool" / "a.spool"
    segment.parent.mkdir()
    segment.write_bytes(bytes(100_000))
    assert here.spool(site).is_well
    old = segment.stat().st_mtime + 601
    assert is_bad(here.spool(site, at=lambda: old), "10 minutes", "database-away.md")
    segment.write_bytes(bytes(900_000))
    assert is_bad(here.spool(site), "nearly full", "spool-full.md")


class _Healthy(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class _Other(_Healthy):
    status = 404


def test_a_port_that_something_else_has(tmp_path: Path) -> None:
    port = free_port()
    site = environment(tmp_path, ANTIPHON_PORT=str(port))
    assert [one.told for one in here.ports(site)] == [f"{port} is free"]
    for kind, is_ours in ((_Healthy, True), (_Other, False)):
        server = ThreadingHTTPServer(("127.0.0.1", port), kind)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            (found,) = here.ports(site)
            assert found.is_well == is_ours
            assert is_ours or is_bad(found, "in use", "ANTIPHON_PORT")
        finally:
            server.shutdown()
            server.server_close()
