"""Signs of life of sources: what each webhook was heard of, and what needs a person. Home, the list and a source's page say the same."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from antiphon.kit.db import Database, rows, sql
from antiphon.providers.protocol import Adapter, HookKind
from antiphon.providers.registry import adapter_of
from antiphon.workspace import times
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
SILENT_AFTER = timedelta(days=7)
"""A webhook that used to come and has not for so long is said to be silent: a week covers weekends and quiet campaigns."""

_REGULAR = {HookKind.NOTICE, HookKind.REPLY, HookKind.REPORT}
STATES = {
    "connected": Word(gettext_lazy("Connected"), icon="plug-connected", state="healthy"),
    "paused": Word(gettext_lazy("Paused"), icon="player-pause", state="paused"),
    "disconnected": Word(gettext_lazy("Disconnected"), icon="plug-connected-x", state="disconnected"),
    "attention": Word(gettext_lazy("Needs attention"), icon="alert-triangle", state="warning"),
    "new": Word(gettext_lazy("Waiting for its first webhook"), icon="hourglass", state="scheduled"),
}
HEARD = {
    "heard": Word(gettext_lazy("Heard"), icon="circle-check", state="heard"),
    "waiting": Word(gettext_lazy("Not heard yet"), icon="hourglass", state="silent"),
    "silent": Word(gettext_lazy("Silent"), icon="alert-triangle", state="silent"),
    "refused": Word(gettext_lazy("Refused"), icon="alert-circle", state="refused"),
}
TOKENS = {
    "confirmed": Word(gettext_lazy("Confirmed"), icon="circle-check", state="healthy"),
    "not_checked": Word(gettext_lazy("Not confirmed"), icon="hourglass", state="warning"),
    "refused": Word(gettext_lazy("Refused"), icon="alert-circle", state="failed"),
}


KINDS: dict[HookKind, str | Promise] = {
    HookKind.NOTICE: gettext_lazy("Broadcast notices"),
    HookKind.REPLY: gettext_lazy("Replies"),
    HookKind.REPORT: gettext_lazy("Delivery reports"),
    HookKind.OPT_OUT: gettext_lazy("Opt-outs"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """What was heard of one webhook."""

    kind: HookKind
    heard_at: datetime | None
    refused_at: datetime | None
    state: str

    @property
    def word(self) -> Word:
        """Return its state as people read it."""
        return HEARD[self.state]

    @property
    def name(self) -> str | Promise:
        """Return what the webhook brings."""
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about a source that needs a person; `code` is of this list: refused, silent, token, quarantine."""

    code: str
    icon: str
    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source as lists show it."""

    id: int
    app: str
    title: str
    name: str
    numbers: list[str]
    state: str
    word: Word
    signs: list[Sign]
    concerns: list[Concern]
    heard_at: datetime | None
    engagements: int
    quarantined: int


def sources(db: Database, account_id: int, *, at: datetime, source_id: int | None = None) -> list[Source]:
    """Return the account's sources, or one of them; one statement, however many there are."""
    found = rows(db, sql(_HERE, "sources"), {"account": account_id, "source": source_id})
    return [_source(row, adapter_of(row.app), at=at) for row in found]


def _source(row: Any, adapter: Adapter, *, at: datetime) -> Source:
    known = {one["kind"]: (_instant(one["heard_at"]), _instant(one["refused_at"])) for one in json.loads(row.heard)}
    signs = [_sign(kind, *known.get(kind.value, (None, None)), at=at) for kind in HookKind]
    state = "disconnected" if row.disconnected_at else "paused" if row.paused_at else "connected"
    concerns = [] if row.disconnected_at else _concerns(row, signs, title=adapter.title, at=at)
    heard = [sign.heard_at for sign in signs if sign.heard_at]
    return Source(
        id=row.id,
        app=row.app,
        title=adapter.title,
        name=row.name,
        numbers=json.loads(row.numbers),
        state=state,
        word=_word(state, is_heard=bool(heard), has_concerns=bool(concerns)),
        signs=signs,
        concerns=concerns,
        heard_at=max(heard, default=None),
        engagements=row.engagements,
        quarantined=row.quarantined,
    )


def _word(state: str, *, is_heard: bool, has_concerns: bool) -> Word:
    if state != "connected":
        return STATES[state]
    return STATES["attention" if has_concerns else "connected" if is_heard else "new"]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _sign(kind: HookKind, heard_at: datetime | None, refused_at: datetime | None, *, at: datetime) -> Sign:
    """Judge one webhook: a refusal after the last that was heard says more than what was heard; then silence; then the last heard."""
    if refused_at and (heard_at is None or refused_at > heard_at):
        return Sign(kind, heard_at, refused_at, "refused")
    if heard_at is None:
        return Sign(kind, None, None, "waiting")
    is_silent = kind in _REGULAR and at - heard_at > SILENT_AFTER
    return Sign(kind, heard_at, refused_at, "silent" if is_silent else "heard")


def _concerns(row: Any, signs: list[Sign], *, title: str, at: datetime) -> list[Concern]:
    found = [_concern(sign, row.name, title=title, at=at) for sign in signs if sign.state in {"refused", "silent"}]
    if row.token_state == "refused":  # noqa: S105 - a state
        help_text = _("Answers through it will fail. Paste a product token that %(app)s knows.") % {"app": title}
        found.append(Concern("token", "alert-circle", _("%(app)s refuses the product token of %(source)s") % _names(row, title), help_text))
    elif row.token_state == "not_checked" and row.token_reason:  # noqa: S105 - a state
        name = _("The product token of %(source)s is not confirmed") % _names(row, title)
        found.append(Concern("token", "hourglass", name, row.token_reason))
    return found


def _names(row: Any, title: str) -> dict[str, str]:
    return {"source": row.name, "app": title}


def _concern(sign: Sign, name: str, *, title: str, at: datetime) -> Concern:
    named = {"source": name, "kind": str(KINDS[sign.kind]).lower(), "app": title}
    if sign.state == "refused" and sign.refused_at:
        last = times.moment(sign.refused_at, now=at)
        wrong = _("They do not carry the notice token of this source, or come to an address that has ended. Last attempt %(last)s.")
        ended = _("They come to an address of this source that has ended: the provider needs the present one. Last attempt %(last)s.")
        help_text = (wrong if sign.kind == HookKind.NOTICE else ended) % {"last": last}
        return Concern("refused", "alert-circle", _("%(kind)s for %(source)s are refused") % {**named, "kind": KINDS[sign.kind]}, help_text)
    since = times.moment(sign.heard_at or at, now=at)
    help_text = _("The last came %(since)s. Look whether %(app)s still calls the address.") % {"since": since, "app": title}
    return Concern("silent", "alert-triangle", _("No %(kind)s on %(source)s for over a week") % named, help_text)
