"""Who may do what: the one table that pages and API ask (docs/api.md shows it, a test compares them)."""

from typing import Final

from antiphon.accounts.models import Role

_EVERYBODY: Final = frozenset(Role)
_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
_BUILDERS: Final = frozenset({Role.ADMINISTRATOR, Role.CAMPAIGN_MANAGER})
_LEADERS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
_TALKERS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT})
_READERS: Final = frozenset({Role.ADMINISTRATOR, Role.CAMPAIGN_MANAGER, Role.SUPERVISOR, Role.AGENT})
_ANALYSTS: Final = frozenset({Role.ADMINISTRATOR, Role.ANALYST})
_COUNTERS: Final = frozenset({Role.ADMINISTRATOR, Role.CAMPAIGN_MANAGER, Role.SUPERVISOR, Role.ANALYST})

ALLOWED: Final[dict[str, frozenset[Role]]] = {
    "home.read": _EVERYBODY,
    "account.choose": _EVERYBODY,
    "account.write": _ADMINISTRATOR,
    "settings.read": _BUILDERS | _LEADERS,
    "skills.read": _EVERYBODY,
    "skills.write": _ADMINISTRATOR,
    "people.read": _LEADERS,
    "people.write": _ADMINISTRATOR,
    "api_keys.write": _ADMINISTRATOR,
    "canned_answers.write": _LEADERS,
    "audit.read": _ADMINISTRATOR,
    "sources.read": _READERS | _COUNTERS,
    "sources.write": _ADMINISTRATOR,
    "entry_points.read": _EVERYBODY,
    "entry_points.write": _BUILDERS,
    "campaigns.read": _EVERYBODY,
    "campaigns.write": _BUILDERS,
    "notices.read": _BUILDERS | _LEADERS,
    "notices.write": _BUILDERS,
    "attribution.try": _BUILDERS | _LEADERS,
    "conversations.read": _READERS,
    "conversations.export": _LEADERS,
    "conversations.take": _TALKERS,
    "conversations.answer": _TALKERS,
    "conversations.transfer": _TALKERS,
    "conversations.close": _TALKERS,
    "conversations.assign": _LEADERS,
    "conversations.link": _TALKERS,
    "presence.own": _TALKERS,
    "presence.others": _LEADERS,
    "consumers.copy": _LEADERS,
    "consumers.erase": _ADMINISTRATOR,
    "opt_outs.read": _READERS,
    "conversions.read": _READERS | _COUNTERS,
    "conversions.write": _BUILDERS | _LEADERS,
    "quarantine.read": _ADMINISTRATOR,
    "quarantine.replay": _ADMINISTRATOR,
    "tasks.read": _COUNTERS,
    "events.read": _ADMINISTRATOR,
    "webhooks.read": _ADMINISTRATOR,
    "webhooks.write": _ADMINISTRATOR,
    "metrics.read": _COUNTERS,
    "exports.write": _ANALYSTS,
    "reports.write": _COUNTERS,
}


def may(role: str, action: str) -> bool:
    """Return whether a role may do an action. Raises KeyError for an action that is not in the table."""
    return role in ALLOWED[action]
