"""What people type into forms of conversations, read once, with what was typed kept for the page that refuses it."""

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from antiphon.conversations.verbs import Outcome
from antiphon.kit.problems import Invalid, Problem
from antiphon.workspace.pages.talk import Typed

_MOST = Decimal(999999999999)


def typed(form: str, posted: QueryDict, *, refused: Problem) -> Typed:
    """Return everything that was typed, and why it was refused."""
    names = ("text", "skill", "agent", "outcome", "value", "currency", "engagement", "reason")
    return Typed(form=form, error=refused.message, field=refused.field, **{name: posted.get(name, "") for name in names})


def outcome(posted: QueryDict) -> Outcome | None:
    """Return what came of a conversation, as typed. Raises Invalid."""
    said = posted.get("outcome", "")
    if said not in {"reached", "missed"}:
        return None
    amount = _amount(posted.get("value", ""))
    currency = posted.get("currency", "").strip().upper() if amount is not None else ""
    if amount is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):  # noqa: PLR2004 - ISO 4217
        raise Invalid("bad_currency", _("A currency has three letters, such as EUR."), field="currency")
    return Outcome(said == "reached", amount, currency)


def number(text: str) -> int | None:
    """Return a key of a row, or None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - a bigint's digits


def identifier(text: str) -> UUID | None:
    """Return an id, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_nan() or not 0 <= amount <= _MOST:
        raise Invalid("bad_value", _("Write the value as a number, such as 89 or 89.50."), field="value")
    return amount
