"""An account's own settings: name, time zone, home region, conversion window, languages, who routes."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from antiphon.accounts import inputs, stamps
from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid

LONGEST_WINDOW_DAYS = 366
_FIELDS = ("name", "time_zone", "home_region", "conversion_window_days", "is_automatic", "languages")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


def account_values(tenant: Account) -> dict[str, Any]:
    """Return what the account's form shows of it."""
    return {name: getattr(tenant, name) for name in _FIELDS}


def edit_account(account_id: int, changes: Mapping[str, Any], *, actor: str, at: datetime, expected: str | None = None) -> Account:
    """Change an account's settings; what is left out stays. Raises Invalid, Conflict, Overtaken."""
    with account(account_id):
        tenant = Account.objects.select_for_update().get(id=account_id)
        before = account_values(tenant)
        stamps.check(expected, before)
        for name, value in _checked(before | dict(changes)).items():
            setattr(tenant, name, value)
        if Account.objects.filter(name__iexact=tenant.name).exclude(id=account_id).exists():
            raise Conflict("account_exists", "There is an account {tenant} already: choose another name.", field="name", tenant=tenant.name)
        tenant.save(update_fields=_FIELDS)
        detail = {"name": tenant.name, "changed": stamps.difference(before, account_values(tenant))}
        audit(account_id, actor=actor, action="account.edited", subject=f"account:{account_id}", at=at, detail=detail)
    return tenant


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    inputs.check_time_zone(values["time_zone"])
    region = values["home_region"].strip().upper()
    inputs.check_region(region)
    days = inputs.whole(values["conversion_window_days"], field="conversion_window_days", least=1, most=LONGEST_WINDOW_DAYS)
    name = inputs.text(values["name"], field="name", longest=200)
    return values | {"name": name, "home_region": region, "conversion_window_days": days, "languages": _languages(values["languages"])}


def _languages(codes: list[str]) -> list[str]:
    found = list(dict.fromkeys(code.strip().lower() for code in codes if code.strip()))
    wrong = [code for code in found if not _LANGUAGE.fullmatch(code)]
    if wrong:
        raise Invalid("unknown_language", "{wrong} is no language code: use codes such as nl or pt-br.", field="languages", wrong=wrong[0])
    return found
