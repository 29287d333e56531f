"""The three doors to one database: `default` serves requests, `owner` migrates, `jobs` works across accounts."""

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict

from antiphon.config.env import Environment, SettingError
from antiphon.embedded.cluster import DATABASE
from antiphon.embedded.places import Places

ALIASES = {"default": "antiphon_app", "owner": "antiphon_owner", "jobs": "antiphon_jobs"}

_MIGRATION_SECONDS = 3600


def databases(environment: Environment) -> dict[str, dict[str, Any]]:
    """Return Django's `DATABASES`: tests make one database, as owner, and reach it through all three."""
    doors = {alias: _door(environment, alias) for alias in ALIASES}
    for alias in ("default", "jobs"):
        doors[alias]["TEST"] = {"MIRROR": "owner"}
        doors[alias]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": environment.pool_size, "timeout": environment.connect_seconds}
    return doors


def url_for(environment: Environment, alias: str) -> str:
    """Return the URL of an alias when `DATABASE_URL` is set: the one named for it, else the owner's with the role's name."""
    named = {"owner": environment.database_url, "default": environment.app_database_url, "jobs": environment.jobs_database_url}[alias]
    if named:
        return named
    return _with_user(environment.database_url or "", ALIASES[alias])


def _door(environment: Environment, alias: str) -> dict[str, Any]:
    given = _from_url(url_for(environment, alias)) if environment.database_url else _from_home(environment, alias)
    core = {"NAME": given.pop("dbname"), "USER": given.pop("user", ""), "PASSWORD": given.pop("password", "")}
    core |= {"HOST": given.pop("host", ""), "PORT": given.pop("port", "")}
    options = _limits(environment, alias) | given
    return {"ENGINE": "django.db.backends.postgresql", **core, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _limits(environment: Environment, alias: str) -> dict[str, Any]:
    """Return the four time-outs without which a stopped server hangs its clients."""
    statement = _MIGRATION_SECONDS if alias == "owner" else environment.statement_seconds
    return {
        "application_name": f"antiphon {alias}",
        "connect_timeout": environment.connect_seconds,
        "tcp_user_timeout": 1000 * environment.statement_seconds,
        "options": f"-c statement_timeout={statement}s -c lock_timeout={environment.lock_seconds}s",
    }


def _from_home(environment: Environment, alias: str) -> dict[str, Any]:
    return {"host": str(Places(environment.home).socket_folder()), "port": "5432", "user": ALIASES[alias], "dbname": DATABASE}


def _from_url(url: str) -> dict[str, Any]:
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        message = "DATABASE_URL must look like postgresql://user:password@host:5432/name"
        raise SettingError(message)
    try:
        found = conninfo_to_dict(url)
        [int(port) for port in str(found.get("port") or 5432).split(",")]
    except Exception:  # noqa: BLE001 - whatever the driver dislikes, its text may hold the password
        message = "DATABASE_URL cannot be read: write it as postgresql://user:password@host:5432/name, special characters as %xx"
        raise SettingError(message) from None
    return {"dbname": unquote(urlsplit(url).path.lstrip("/")) or "antiphon"} | found


def _with_user(url: str, user: str) -> str:
    parts = urlsplit(url)
    words = dict(parse_qsl(parts.query))
    password = f":{parts.netloc.rpartition('@')[0].partition(':')[2]}" if ":" in parts.netloc.rpartition("@")[0] else ""
    netloc = f"{quote(user)}{password}@{parts.netloc.rpartition('@')[2]}"
    if "user" in words:
        message = "give the user of DATABASE_URL before the @, or set ANTIPHON_APP_DATABASE_URL and ANTIPHON_JOBS_DATABASE_URL"
        raise SettingError(message)
    return urlunsplit(parts._replace(netloc=netloc))
