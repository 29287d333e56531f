"""Every setting of Antiphon: one typed table, read from the environment once (docs/operations/settings.md)."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, get_type_hints

_LONGEST_NUMBER = 15
_SHORTEST_TOKEN = 16
_CHECKOUT = Path(__file__).resolve().parents[3]


class SettingError(Exception):
    """A setting has a value that cannot be used; the message names it and says what fits, never the value of a secret."""


def _setting(name: str, *, default: object, text: str, shown: str | None = None, least: float | None = None) -> Any:
    meta = {"name": name, "text": text, "shown": shown, "least": least}
    return dataclasses.field(default=default, metadata=meta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The settings; the fields are the table: type, default, description."""

    database_url: str | None = _setting(
        "DATABASE_URL",
        default=None,
        text="PostgreSQL 16 or newer, as the owner of the tables. Unset: the embedded server.",
        shown="embedded server",
    )
    app_database_url: str | None = _setting(
        "ANTIPHON_APP_DATABASE_URL",
        default=None,
        text="The same database as `antiphon_app`, which serves requests under row-level security.",
        shown="`DATABASE_URL` with that user",
    )
    jobs_database_url: str | None = _setting(
        "ANTIPHON_JOBS_DATABASE_URL",
        default=None,
        text="The same database as `antiphon_jobs`, which does the work that spans accounts.",
        shown="`DATABASE_URL` with that user",
    )
    home: Path = _setting(  # noqa: RUF009 - a field, as the others; Path is no literal
        "ANTIPHON_HOME",
        default=None,
        text="Folder of everything kept outside the database: embedded server, spool, secret key, sandbox.",
        shown="`var` in a checkout, else `~/.local/share/antiphon`",
    )
    secret_key: str | None = _setting(
        "ANTIPHON_SECRET_KEY",
        default=None,
        text="Signs sessions and tickets. Must be equal on every host; at least 32 characters.",
        shown="made once, in `ANTIPHON_HOME/secret-key`",
    )
    host: str = _setting("ANTIPHON_HOST", default="127.0.0.1", text="Address that the web server listens on; `0.0.0.0` for all.")
    port: int = _setting("ANTIPHON_PORT", default=8000, text="Port of pages, API and webhooks.", least=1)
    sandbox_port: int = _setting("ANTIPHON_SANDBOX_PORT", default=8090, text="Port of the CM sandbox.", least=1)
    cm_url: str | None = _setting(
        "ANTIPHON_CM_URL",
        default=None,
        text="Where answers through CM are sent: the sandbox, or a gateway of your own. `up --sandbox` sets it to its sandbox.",
        shown="CM",
    )
    public_url: str | None = _setting(
        "ANTIPHON_PUBLIC_URL",
        default=None,
        text="Where browsers and providers reach this site; webhook URLs begin with it. With `https`, cookies are secure and HSTS is sent.",
        shown="`http://localhost:` and the port",
    )
    allowed_hosts: tuple[str, ...] = _setting(
        "ANTIPHON_ALLOWED_HOSTS", default=(), text="Further host names that requests may name, separated by commas.", shown="none"
    )
    proxies: int = _setting(
        "ANTIPHON_PROXIES", default=0, text="Reverse proxies in front of the site; so many last addresses of `X-Forwarded-For` are theirs."
    )
    is_development: bool = _setting(
        "ANTIPHON_DEVELOPMENT", default=False, text="Error pages with details, and `/styleguide/`. Never on a public site."
    )
    smtp_host: str | None = _setting(
        "ANTIPHON_SMTP_HOST", default=None, text="Mail server for invitations. Unset: their links are shown to copy.", shown="no mail"
    )
    smtp_port: int = _setting("ANTIPHON_SMTP_PORT", default=587, text="Port of the mail server.", least=1)
    smtp_security: str = _setting(
        "ANTIPHON_SMTP_SECURITY", default="starttls", text="How the way to the mail server is encrypted: `starttls`, `tls` or `none`."
    )
    smtp_user: str = _setting("ANTIPHON_SMTP_USER", default="", text="Name at the mail server, if it asks for one.", shown="none")
    smtp_password: str = _setting("ANTIPHON_SMTP_PASSWORD", default="", text="Password at the mail server.", shown="none")
    mail_from: str = _setting(
        "ANTIPHON_MAIL_FROM", default="", text="Address that invitations come from.", shown="`antiphon@` and the host of the site"
    )
    oidc_issuer: str | None = _setting(
        "ANTIPHON_OIDC_ISSUER",
        default=None,
        text="Address of an OpenID Connect provider: people may then sign in there ([signing in](sign-in.md)).",
        shown="no single sign-on",
    )
    oidc_name: str = _setting("ANTIPHON_OIDC_NAME", default="single sign-on", text="What the button calls the provider: Sign in with …")
    oidc_client_id: str = _setting("ANTIPHON_OIDC_CLIENT_ID", default="", text="Client ID that the provider gave.", shown="none")
    oidc_client_secret: str = _setting("ANTIPHON_OIDC_CLIENT_SECRET", default="", text="Client secret of the provider.", shown="none")
    workers: int = _setting("ANTIPHON_WORKERS", default=2, text="Web worker processes.", least=1)
    lanes: int = _setting("ANTIPHON_LANES", default=1, text="Threads of each web worker that take webhooks down the line.", least=1)
    job_threads: int = _setting("ANTIPHON_JOB_THREADS", default=2, text="Jobs that one worker does at a time.", least=1)
    stop_seconds: int = _setting(
        "ANTIPHON_STOP_SECONDS", default=20, text="Time a part gets to end by itself before it is killed.", least=1
    )
    pool_size: int = _setting(
        "ANTIPHON_POOL_SIZE",
        default=8,
        text="Requests of pages and API that one web worker does at a time, each with a connection; others wait for their turn.",
        least=1,
    )
    connect_seconds: int = _setting("ANTIPHON_CONNECT_SECONDS", default=5, text="Longest wait for a connection to the database.", least=2)
    statement_seconds: int = _setting("ANTIPHON_STATEMENT_SECONDS", default=30, text="Longest statement, migrations excepted.", least=1)
    lock_seconds: int = _setting("ANTIPHON_LOCK_SECONDS", default=5, text="Longest wait for a lock in the database.", least=1)
    body_limit_bytes: int = _setting("ANTIPHON_BODY_LIMIT_BYTES", default=262_144, text="Largest webhook body.", least=1024)
    body_seconds: int = _setting("ANTIPHON_BODY_SECONDS", default=10, text="Longest time a webhook may take to send its body.", least=1)
    upload_limit_bytes: int = _setting(
        "ANTIPHON_UPLOAD_LIMIT_BYTES",
        default=314_572_800,
        text="Largest body of a request to pages and API, uploads included; beyond it 413.",
        least=1_048_576,
    )
    spool_limit_bytes: int = _setting(
        "ANTIPHON_SPOOL_LIMIT_BYTES",
        default=1_073_741_824,
        text="Largest spool of one web worker; beyond it webhooks get 503.",
        least=1_048_576,
    )
    own_networks: tuple[str, ...] = _setting(
        "ANTIPHON_WEBHOOK_NETWORKS",
        default=(),
        text="Networks of your own that webhooks may go to besides the public internet, such as `10.1.0.0/16`; plain HTTP is then allowed.",
        shown="none",
    )
    metrics_token: str = _setting(
        "ANTIPHON_METRICS_TOKEN",
        default="",
        text="Opens `/metrics` on the site's port to who sends it as a bearer token; at least 16 characters. Unset: there is no such page.",
        shown="none",
    )
    metrics_port: int = _setting(
        "ANTIPHON_METRICS_PORT",
        default=0,
        text="Port of this machine alone (127.0.0.1) where the worker answers `/metrics` without a token.",
        shown="none",
    )
    key_calls_per_minute: int = _setting(
        "ANTIPHON_KEY_CALLS_PER_MINUTE", default=3000, text="Calls of the API that one key may make a minute; beyond it 429. 0: no limit."
    )
    account_calls_per_minute: int = _setting(
        "ANTIPHON_ACCOUNT_CALLS_PER_MINUTE",
        default=6000,
        text="Calls of the API by all keys of an account a minute. 0: no limit.",
    )
    exports_per_hour: int = _setting(
        "ANTIPHON_EXPORTS_PER_HOUR", default=120, text="Files of facts and lists that an account may ask for an hour. 0: no limit."
    )
    log_level: str = _setting(
        "ANTIPHON_LOG_LEVEL", default="info", text="Least level that is logged: `debug`, `info`, `warning` or `error`."
    )
    is_log_json: bool = _setting("ANTIPHON_LOG_JSON", default=True, text="Log as JSON; `false` for lines to read.")
    embedded_account: str | None = _setting(
        "ANTIPHON_EMBEDDED_ACCOUNT",
        default=None,
        text="Account of the operating system that runs a new embedded server when root starts it.",
        shown="first of `antiphon`, `postgres`, `nobody`",
    )
    embedded_start_seconds: int = _setting(
        "ANTIPHON_EMBEDDED_START_SECONDS",
        default=600,
        text="Longest start of the embedded server; recovery after a crash may take minutes.",
        least=1,
    )

    failpoints: str | None = _setting(
        "ANTIPHON_FAILPOINTS",
        default=None,
        text="Folder in which tests arm failpoints: places where a process then ends, freezes or fails. Never on a real site.",
        shown="none",
    )

    @property
    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks of one's own that webhooks may go to. Raises SettingError."""
        try:
            return tuple(ip_network(text) for text in self.own_networks)
        except ValueError:
            message = "ANTIPHON_WEBHOOK_NETWORKS must be networks such as 10.1.0.0/16, separated by commas"
            raise SettingError(message) from None

    @property
    def is_measured(self) -> bool:
        """Return whether anybody may read measures, so that they are worth counting. Raises SettingError for a token that is short."""
        if self.metrics_token and len(self.metrics_token) < _SHORTEST_TOKEN:
            message = f"ANTIPHON_METRICS_TOKEN must have at least {_SHORTEST_TOKEN} characters"
            raise SettingError(message)
        return bool(self.metrics_token or self.metrics_port)

    @property
    def site_url(self) -> str:
        """Return where browsers and providers reach this site, without a slash at the end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


def read(environ: Mapping[str, str]) -> Environment:
    """Return the settings in `environ`; empty counts as unset. Raises `SettingError`."""
    kinds = get_type_hints(Environment)
    given: dict[str, Any] = {
        f.name: _parsed(f, kinds[f.name], environ[_name(f)]) for f in dataclasses.fields(Environment) if environ.get(_name(f), "").strip()
    }
    return Environment(**{"home": default_home(environ), **given})


@cache
def current() -> Environment:
    """Return the settings of this process, read once."""
    return read(os.environ)


def default_home(environ: Mapping[str, str]) -> Path:
    """Return `var` of a checkout, else the user's folder for such files."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "src" / "antiphon").is_dir():
        return _CHECKOUT / "var"
    base = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "antiphon"


def table() -> list[tuple[str, str, str]]:
    """Return name, default and description of every setting, as the documentation shows them."""
    return [(_name(f), f.metadata["shown"] or f"`{_written(f.default)}`", f.metadata["text"]) for f in dataclasses.fields(Environment)]


def _name(field: dataclasses.Field[Any]) -> str:
    return str(field.metadata["name"])


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(field: dataclasses.Field[Any], kind: object, raw: str) -> object:
    text = raw.strip()
    if kind is bool:
        return _truth(_name(field), text)
    if kind is int:
        return _number(_name(field), text, least=field.metadata["least"])
    if kind is Path:
        return Path(text).expanduser().absolute()
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _truth(name: str, text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if text.lower() not in known:
        message = f"{name} must be true or false"
        raise SettingError(message)
    return known[text.lower()]


def _number(name: str, text: str, *, least: int | None) -> int:
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER or (least is not None and int(text) < least):
        message = f"{name} must be a whole number of at least {least or 0}"
        raise SettingError(message)
    return int(text)
