"""Fields of a change: each may be left out, which keeps what is stored."""

from typing import Any

from pydantic import Field


def kept(**limits: Any) -> Any:
    """Return a field that may be left out but not be null; its description in the document has no default."""
    return Field(default_factory=lambda: None, **limits)
