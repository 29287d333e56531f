"""Which of the project's packages are Django apps: those that have an `apps.py`."""

from importlib.util import find_spec
from pathlib import Path

_STEPS = (
    "accounts",
    "providers",
    "campaigns",
    "consumers",
    "intake",
    "attribution",
    "conversations",
    "routing",
    "events",
    "metrics",
    "workspace",
    "api",
)
_ROOT = Path(__file__).resolve().parents[1]


def project_apps() -> list[str]:
    """Return the dotted names of the steps that are apps, in the order of the line."""
    return [f"antiphon.{step}" for step in _STEPS if (_ROOT / step / "apps.py").is_file()]


def has_module(dotted: str) -> bool:
    """Return whether a module of the project is there, without importing it."""
    return find_spec(dotted) is not None
