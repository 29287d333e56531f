"""The apps there are, by name: a plain table, nothing registers itself."""

from antiphon.providers.cm.adapter import Cm
from antiphon.providers.protocol import Adapter

ADAPTERS: dict[str, Adapter] = {adapter.app: adapter for adapter in (Cm(),)}


def adapter_of(app: str) -> Adapter:
    """Return the adapter of an app. Raises KeyError for an app that does not exist."""
    return ADAPTERS[app]
