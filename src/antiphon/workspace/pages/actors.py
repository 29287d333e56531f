"""Who did something, by the name that people know."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from antiphon.accounts.models import ApiKey, Membership


def names_of(account_id: int, actors: Iterable[str]) -> dict[str, str]:
    """Return a name for each actor of the audit trail: a person, an API key, or the command line; two statements however many."""
    told = set(actors)
    people = Membership.objects.filter(account_id=account_id, id__in=_ids(told, "membership")).values_list("id", "name")
    keys = ApiKey.objects.filter(account_id=account_id, id__in=_ids(told, "api_key")).values_list("id", "name", "prefix")
    named = {f"membership:{key}": name for key, name in people}
    named |= {f"api_key:{key}": _("API key %(name)s") % {"name": name or prefix} for key, name, prefix in keys}
    return {actor: named.get(actor) or _unnamed(actor) for actor in told}


def _ids(actors: Iterable[str], kind: str) -> list[int]:
    parts = (actor.partition(":") for actor in actors)
    return [int(number) for one, _sign, number in parts if one == kind and number.isdecimal()]


def _unnamed(actor: str) -> str:
    return _("The command line") if actor == "command" else actor
