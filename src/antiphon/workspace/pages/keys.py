"""API keys: the list, a new one, its secret this once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from antiphon.accounts.models import ApiKey, Role
from antiphon.accounts.verbs import NewKey
from antiphon.kit.problems import Invalid, Problem
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, Option, form
from antiphon.workspace.pages.settings import FormPage

_MOST = 500
LIVES = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "": None}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of the list: `state` is in_use, expired or revoked."""

    id: int
    name: str
    prefix: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    ended_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The keys of an account, those in use first."""

    at: datetime
    rows: list[KeyRow]


@dataclass(frozen=True, slots=True)
class SecretPage:
    """A key as it is shown this once."""

    name: str
    role: str
    secret: str
    expires_at: datetime | None
    at: datetime


def keys_page(visit: Visit, *, at: datetime) -> KeysPage:
    """Return the keys."""
    found = ApiKey.objects.filter(account_id=visit.account_id).order_by("-created_at", "-id")[:_MOST]
    shown = [_row(key, at=at) for key in found]
    return KeysPage(at, sorted(shown, key=lambda row: row.state != "in_use"))


def _row(key: ApiKey, *, at: datetime) -> KeyRow:
    is_expired = key.expires_at is not None and key.expires_at <= at
    return KeyRow(
        id=key.pk,
        name=key.name or _("no name"),
        prefix=key.prefix,
        role=words.role(key.role),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        ended_at=key.revoked_at or (key.expires_at if is_expired else None),
        state="revoked" if key.revoked_at else "expired" if is_expired else "in_use",
    )


def new_key_page(*, posted: QueryDict | None = None, refused: Problem | None = None) -> FormPage:
    """Return the form of a new key."""
    roles = [Option(value, str(words.ROLES[value][0]), help=str(words.ROLES[value][1])) for value in Role.values]
    lives = [Option("30", _("30 days")), Option("90", _("90 days")), Option("365", _("A year")), Option("", _("Never"))]
    fields = (
        Field("name", _("Name"), longest=100, is_first=True, help=_("Who or what uses it."), span=8),
        Field("life", _("Ends after"), kind="select", value="365", options=lives, span=4),
        Field(
            "role",
            _("Role"),
            kind="radios",
            value=Role.ANALYST.value,
            options=roles,
            help=_("What the key may do; the least that suffices."),
        ),
    )
    return FormPage(
        above=_("API keys"),
        above_url=reverse("api-keys"),
        title=_("New API key"),
        lead=_("For a program that calls the API. It is shown once."),
        form=form(*fields, posted=posted, refused=refused),
        submit=_("Make key"),
        busy=_("Making it…"),
    )


def secret_page(made: NewKey, *, at: datetime) -> SecretPage:
    """Return a new key as it is shown this once."""
    return SecretPage(made.key.name, words.role(made.key.role), made.secret, made.key.expires_at, at)


def expiry(posted: QueryDict, *, at: datetime) -> datetime | None:
    """Return when the key ends. Raises Invalid."""
    chosen = posted.get("life", "365")
    if chosen not in LIVES:
        raise Invalid("out_of_range", _("Choose one of the list."), field="life")
    life = LIVES[chosen]
    return at + life if life else None
