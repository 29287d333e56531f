"""What every answer says about itself: policy, sniffing, frames, referrers, caches; and a site on https is one as Django would have it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.security.conftest import Both
from tests.security.test_canaries import page_addresses, told

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OPEN = ("/accounts/login/", "/accounts/you/", "/accounts/second-factor/", "/accounts/password/", "/api/v1/docs", "/no/such/page")
LOOSE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_page_says_what_it_allows_and_brings_nothing_inline(both: Both) -> None:
    visitor = both.north.visitor()
    for address in [*OPEN, *(address for _, address in page_addresses(both.north))]:
        response = visitor.get(address)
        body = told(response)
        assert {name: response.headers.get(name) for name in WANTED} == WANTED, address
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "frame-ancestors 'none'" in policy, address
        assert "form-action 'self'" in policy, address
        assert "unsafe" not in policy, address
        assert "camera=()" in response.headers["Permissions-Policy"]
        assert "no-store" in response.headers["Cache-Control"], address
        if response.headers["Content-Type"].startswith("text/html"):
            assert not LOOSE.search(body.partition("<html")[2]), address


@pytest.mark.django_db
def test_pages_for_strangers_are_as_strict() -> None:
    for address in ("/accounts/login/", f"/accounts/invitations/{'0' * 48}/", "/"):
        response = Client().get(address)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], address
        assert response.headers["X-Content-Type-Options"] == "nosniff", address


ASKED = """
import django, json
django.setup()
from django.conf import settings as s
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS,
                  s.SECURE_SSL_REDIRECT, s.DEBUG]))
"""


def settings_of(home: Path, url: str) -> tuple[int, str]:
    """Start with an address of the site; return how Django's own check of a deployment ended, and what the settings are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTIPHON_", "DATABASE_", "PYTEST_"))}
    given = {"ANTIPHON_HOME": str(home), "ANTIPHON_PUBLIC_URL": url, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    environment = kept | given | {"DJANGO_SETTINGS_MODULE": "antiphon.config.settings"}
    done = subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_site_on_https_passes_the_check_of_a_deployment(tmp_path: Path) -> None:
    ended, said = settings_of(tmp_path, "https://antiphon.example")
    assert ended == 0, said
    assert '[true, true, "__Host-session", "__Host-csrf", 31536000, true, false]' in said, said
    ended, said = settings_of(tmp_path, "http://antiphon.example")
    assert ended != 0
    assert "security.W" in said
