"""Looks at this machine and at the settings; none needs the database."""

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from antiphon.cli.diagnosis.finding import Finding, bad, well
from antiphon.cli.errors import FailedError
from antiphon.cli.supervisor import answers, refuse_taken_port
from antiphon.config.databases import databases
from antiphon.config.env import Environment, SettingError
from antiphon.edge.spool import Spool

_OLDEST_PYTHON = (3, 11)
_SHORTEST_KEY = 32
_LEAST_FREE = 1_073_741_824
_LEAST_SHARE = 0.05
_FULL_SHARE = 0.8
_LONGEST_WAIT_SECONDS = 600
_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_MIB = 1_048_576


def looks(environment: Environment) -> Iterator[Finding]:
    """Look at everything here."""
    yield python()
    yield home(environment)
    yield static_files()
    yield secret_key(environment)
    yield from settings(environment)
    yield disk(environment)
    yield spool(environment)
    yield from ports(environment)


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Look at the version of Python."""
    told = ".".join(map(str, version))
    return well("python", told) if version >= _OLDEST_PYTHON else bad("python", told, "use Python 3.11 or newer")


def home(environment: Environment) -> Finding:
    """Look whether files can be kept."""
    if os.access(_nearest(environment.home), os.W_OK) and not environment.home.is_file():
        return well("home", str(environment.home))
    return bad("home", f"{environment.home} cannot be written", "set ANTIPHON_HOME to a folder of yours")


def static_files() -> Finding:
    """Look whether scripts and icons of the pages were built."""
    script = files("antiphon") / "static" / "vendor" / "htmx.js"
    return well("static files", "built") if script.is_file() else bad("static files", "not built", "run make build")


def secret_key(environment: Environment) -> Finding:
    """Look whether only its owner may read the key, and whether it is long enough; none yet is well: the first start makes one."""
    path = environment.home / "secret-key"
    if environment.secret_key is not None:
        if len(environment.secret_key) < _SHORTEST_KEY:
            return bad("secret key", "ANTIPHON_SECRET_KEY is too short", f"give it at least {_SHORTEST_KEY} characters")
        return well("secret key", "from ANTIPHON_SECRET_KEY")
    if not path.exists():
        return well("secret key", "made at the first start")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return bad("secret key", f"{path} may be read by others (mode {mode:04o})", f"run chmod 600 {path}")
    if len(path.read_text(encoding="ascii", errors="replace").strip()) < _SHORTEST_KEY:
        return bad("secret key", f"{path} is too short", "restore it from a backup; without one, delete it: everybody signs in again")
    return well("secret key", str(path))


def settings(environment: Environment) -> Iterator[Finding]:
    """Look for settings that contradict each other: a finding each."""
    found = list(contradictions(environment))
    if not found:
        yield well("settings", "nothing contradicts")
    for told, advice in found:
        yield bad("settings", told, advice)


def contradictions(environment: Environment) -> Iterator[tuple[str, str]]:
    """Yield what contradicts, and what to do."""
    for rule in (_refused, _addresses, _waits, _sign_in, _mail, _doors, _sandbox):
        yield from rule(environment)


def _refused(environment: Environment) -> Iterator[tuple[str, str]]:
    for setting in (lambda: environment.webhook_networks, lambda: environment.is_measured, lambda: databases(environment)):
        try:
            setting()
        except SettingError as error:
            yield str(error), "correct it"


def _addresses(environment: Environment) -> Iterator[tuple[str, str]]:
    site = urlsplit(environment.site_url)
    if environment.host not in _ON_THIS_MACHINE and site.hostname in _ON_THIS_MACHINE:
        told = f"others reach this site (ANTIPHON_HOST={environment.host}), but webhook URLs and links begin with {environment.site_url}"
        yield told, "set ANTIPHON_PUBLIC_URL to the address that browsers and providers use"
    if environment.public_url and site.scheme not in {"http", "https"}:
        yield "ANTIPHON_PUBLIC_URL is no web address", "write it as https://desk.example"
    if environment.is_development and site.hostname not in _ON_THIS_MACHINE:
        yield "ANTIPHON_DEVELOPMENT is on at a public address: errors show code and settings", "unset ANTIPHON_DEVELOPMENT"
    if "*" in environment.allowed_hosts:
        yield "ANTIPHON_ALLOWED_HOSTS allows every name", "name the hosts"
    if environment.metrics_port and environment.metrics_port in {environment.port, environment.sandbox_port}:
        yield "ANTIPHON_METRICS_PORT is the port of the site or of the sandbox", "give it one of its own"


def _waits(environment: Environment) -> Iterator[tuple[str, str]]:
    if environment.lock_seconds >= environment.statement_seconds:
        yield "a statement ends before its lock may (ANTIPHON_LOCK_SECONDS, ANTIPHON_STATEMENT_SECONDS)", "let the lock be the shorter wait"
    if environment.body_seconds >= environment.stop_seconds:
        told = "a stop is shorter than a webhook may take (ANTIPHON_STOP_SECONDS, ANTIPHON_BODY_SECONDS)"
        yield told, "let ANTIPHON_STOP_SECONDS be the longer one, or the last webhooks of a stop come again"


def _sign_in(environment: Environment) -> Iterator[tuple[str, str]]:
    if environment.oidc_issuer and not (environment.oidc_client_id and environment.oidc_client_secret):
        yield "single sign-on has an issuer but no client", "set ANTIPHON_OIDC_CLIENT_ID and ANTIPHON_OIDC_CLIENT_SECRET"
    if environment.oidc_client_id and not environment.oidc_issuer:
        yield "single sign-on has a client but no issuer", "set ANTIPHON_OIDC_ISSUER"


def _mail(environment: Environment) -> Iterator[tuple[str, str]]:
    if environment.smtp_user and not environment.smtp_host:
        yield "a mail user is set but no mail server", "set ANTIPHON_SMTP_HOST"
    if environment.smtp_user and environment.smtp_security == "none":
        yield "the password of the mail server goes over the wire unencrypted", "set ANTIPHON_SMTP_SECURITY to starttls or tls"


def _doors(environment: Environment) -> Iterator[tuple[str, str]]:
    if not environment.database_url and (environment.app_database_url or environment.jobs_database_url):
        yield "roles have URLs, but DATABASE_URL is not set: the embedded server is used", "set DATABASE_URL too, or unset the others"


def _sandbox(environment: Environment) -> Iterator[tuple[str, str]]:
    site = urlsplit(environment.site_url)
    if environment.cm_url and urlsplit(environment.cm_url).hostname in _ON_THIS_MACHINE and site.hostname not in _ON_THIS_MACHINE:
        yield f"answers of a public site go to {environment.cm_url}, not to CM", "unset ANTIPHON_CM_URL"


def disk(environment: Environment, *, usage: Callable[[Path], "shutil._ntuple_diskusage"] = shutil.disk_usage) -> Finding:
    """Look whether there is room: for the database if it is embedded, and for as large a spool as the settings allow."""
    found = usage(_nearest(environment.home))
    told = f"{found.free // _MIB} MiB free at {environment.home}"
    if found.free < max(_LEAST_FREE, _LEAST_SHARE * found.total):
        return bad(
            "disk",
            told,
            "make room, or move ANTIPHON_HOME: a full disk stops the embedded database (docs/operations/runbooks/disk-full.md)",
        )
    most = environment.workers * environment.spool_limit_bytes
    if most > found.free:
        return bad("disk", f"{told}, but the spool may grow to {most // _MIB} MiB", "make room, or lower ANTIPHON_SPOOL_LIMIT_BYTES")
    return well("disk", told)


def spool(environment: Environment, *, at: Callable[[], float] = time.time) -> Finding:
    """Look whether webhooks can be taken while the database is away, and whether any still wait from the last time."""
    folder = environment.home / "spool"
    if not Spool(folder, limit_bytes=environment.spool_limit_bytes).is_writable():
        advice = "let the account that runs Antiphon own it: without a spool, webhooks are refused while the database is away"
        return bad("spool", f"{folder} cannot be written", advice)
    waiting = [path.stat() for path in folder.glob("*.spool")]
    size, most = sum(one.st_size for one in waiting), environment.workers * environment.spool_limit_bytes
    told = f"{len(waiting)} segments, {size // _MIB} of {most // _MIB} MiB"
    if size > _FULL_SHARE * most:
        return bad("spool", f"nearly full: {told}", "see docs/operations/runbooks/spool-full.md")
    if waiting and at() - min(one.st_mtime for one in waiting) > _LONGEST_WAIT_SECONDS:
        return bad("spool", f"webhooks have waited for more than 10 minutes: {told}", "see docs/operations/runbooks/database-away.md")
    return well("spool", told)


def ports(environment: Environment) -> Iterator[Finding]:
    """Look whether the site's ports are free, or answered by a site."""
    yield _port(environment.host, environment.port, "ANTIPHON_PORT", "/healthz")
    if environment.metrics_port:
        yield _port("127.0.0.1", environment.metrics_port, "ANTIPHON_METRICS_PORT", "/metrics")


def _port(host: str, port: int, setting: str, path: str) -> Finding:
    try:
        refuse_taken_port(host, port, setting=setting)
    except FailedError as error:
        if answers(host, port, path):
            return well("port", f"{port} is answered by a site")
        told, _, advice = str(error).partition(": ")
        return bad("port", told, advice)
    return well("port", f"{port} is free")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
