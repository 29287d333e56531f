"""Sources: connecting, rotating, pausing and disconnecting them; what the edge and adapters may know of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account
from antiphon.accounts.verbs import install_app, skill_in
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record
from antiphon.kit import jobs, keys, phones
from antiphon.kit.db import Database, account, run
from antiphon.kit.ids import secret
from antiphon.kit.problems import Conflict, Invalid, Missing
from antiphon.providers.models import IgnoredCampaign, Source, SourceSecret
from antiphon.providers.protocol import Adapter, HookKind, SourceSettings
from antiphon.providers.registry import ADAPTERS
from antiphon.providers.transport import Answered, Transport

OVERLAP = timedelta(days=7)
_EDITABLE = (
    "name", "product_token", "numbers", "default_skill_id", "default_language", "campaign_grouping", "look_back_days",
    "notice_tolerance_minutes", "home_region", "stop_words",
)  # fmt: skip
_LEAST_MOST = {"campaign_grouping": (1, 3), "look_back_days": (1, 366), "notice_tolerance_minutes": (0, 1440)}
_LONGEST = {"name": 100, "product_token": 200, "default_language": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """What an administrator enters to connect a source."""

    app: str
    name: str
    product_token: str = field(repr=False)
    numbers: Sequence[str]
    default_skill_id: int
    default_language: str = "en"
    campaign_grouping: int = 1
    look_back_days: int = 30
    notice_tolerance_minutes: int = 10
    home_region: str = ""
    stop_words: Sequence[str] | None = None


def connect(account_id: int, new: NewSource, *, actor: str, at: datetime) -> Source:
    """Connect a source: its webhook key and notice token are made, the app counts as installed, the product token is checked later.

    Raises Invalid for the input, Conflict when the operator has not enabled the app or the name is taken, Missing for the skill.
    """
    if new.app not in ADAPTERS:
        raise Invalid("unknown_app", f"There is no app {new.app}: use one of {', '.join(ADAPTERS)}.", field="app")
    with account(account_id) as db:
        install_app(account_id, new.app, actor=actor, at=at)
        values = _checked(account_id, {name: getattr(new, name) for name in _EDITABLE})
        _check_name_is_free(account_id, values["name"])
        source = Source.objects.create(account_id=account_id, app=new.app, connected_at=at, **values)
        for kind in SourceSecret.Kind:
            _make_secret(source, kind, at=at)
        audit(account_id, actor=actor, action="source.connected", subject=f"source:{source.id}", at=at, detail=_shown(values))
        _tell(db, source, Kind.SOURCE_CONNECTED, at=at)
        _changed(db, account_id)
        jobs.put_off("check_token", once=f"check_token:{source.id}", account_id=account_id, source_id=source.id)
    return source


def edit_source(account_id: int, source_id: int, changes: dict[str, Any], *, actor: str, at: datetime) -> Source:
    """Change a source's settings; a new product token is checked later. Raises Invalid, Conflict, Missing."""
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        merged = {name: getattr(source, name) for name in _EDITABLE} | {k: v for k, v in changes.items() if k in _EDITABLE}
        values = _checked(account_id, merged)
        if values["name"] != source.name:
            _check_name_is_free(account_id, values["name"])
        if values["product_token"] != source.product_token:
            values |= {"token_state": Source.TokenState.NOT_CHECKED, "token_reason": ""}
            jobs.put_off("check_token", once=f"check_token:{source.id}", account_id=account_id, source_id=source.id)
        for name, value in values.items():
            setattr(source, name, value)
        source.save()
        audit(account_id, actor=actor, action="source.edited", subject=f"source:{source.id}", at=at, detail=_shown(changes))
        _changed(db, account_id)
    return source


def rotate(account_id: int, source_id: int, kind: str, *, actor: str, at: datetime, overlap: timedelta = OVERLAP) -> str:
    """Make a new secret of a kind; the old ones hold until `at + overlap`, so that the provider's tool can be changed meanwhile."""
    if kind not in SourceSecret.Kind.values:
        raise Invalid("unknown_kind", f"There is no secret {kind}: use one of {', '.join(SourceSecret.Kind.values)}.", field="kind")
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        SourceSecret.objects.filter(account_id=account_id, source=source, kind=kind, expires_at=None).update(expires_at=at + overlap)
        made = _make_secret(source, SourceSecret.Kind(kind), at=at)
        audit(account_id, actor=actor, action="source.secret_rotated", subject=f"source:{source.id}", at=at, detail={"kind": kind})
        _changed(db, account_id)
    return made.value


def pause(account_id: int, source_id: int, *, actor: str, at: datetime) -> Source:
    """Send nothing through the source; what comes in is taken as always."""
    return _set_paused(account_id, source_id, at, actor=actor, at=at)


def resume(account_id: int, source_id: int, *, actor: str, at: datetime) -> Source:
    """Send through the source again."""
    return _set_paused(account_id, source_id, None, actor=actor, at=at)


def disconnect(account_id: int, source_id: int, *, actor: str, at: datetime) -> Source:
    """End a source: its webhook keys answer 404 from now on. Raises Missing; doing it again changes nothing."""
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        if source.disconnected_at is None:
            source.disconnected_at = at
            source.save(update_fields=["disconnected_at"])
            audit(account_id, actor=actor, action="source.disconnected", subject=f"source:{source.id}", at=at)
            _tell(db, source, Kind.SOURCE_DISCONNECTED, at=at)
            _changed(db, account_id)
    return source


def ignore_campaign(account_id: int, source_id: int, external_campaign: str, *, actor: str, at: datetime) -> IgnoredCampaign:
    """Mark an external campaign ("" is: no campaign ID) as other traffic: stored, not eligible, not counted from now on."""
    with account(account_id) as db:
        source = source_in(account_id, source_id)
        marked, is_new = IgnoredCampaign.objects.get_or_create(
            account_id=account_id,
            source=source,
            campaign_key=keys.fold(external_campaign),
            defaults={"external_campaign": external_campaign.strip(), "ignored_at": at},
        )
        if is_new:
            detail = {"external_campaign": marked.external_campaign}
            audit(account_id, actor=actor, action="external_campaign.ignored", subject=f"source:{source.id}", at=at, detail=detail)
            _changed(db, account_id)
    return marked


def stop_ignoring(account_id: int, source_id: int, external_campaign: str, *, actor: str, at: datetime) -> None:
    """Take the mark off. Raises Missing when it is not marked."""
    with account(account_id) as db:
        source = source_in(account_id, source_id)
        gone, _ = IgnoredCampaign.objects.filter(account_id=account_id, source=source, campaign_key=keys.fold(external_campaign)).delete()
        if not gone:
            raise Missing("not_found", "This external campaign is not marked as ignored.")
        detail = {"external_campaign": external_campaign}
        audit(account_id, actor=actor, action="external_campaign.heeded", subject=f"source:{source.id}", at=at, detail=detail)
        _changed(db, account_id)


def check_token(account_id: int, source_id: int, *, transport: Transport, base_url: str | None = None) -> str:
    """Ask the provider whether the product token holds and keep the answer; an answer that does not tell changes nothing."""
    with account(account_id):
        source = source_in(account_id, source_id)
        settings = settings_of(source)
    adapter = ADAPTERS[source.app]
    state, reason = _ask(adapter, settings, transport=transport, base_url=base_url or adapter.default_base_url)
    with account(account_id):
        same = Source.objects.filter(account_id=account_id, id=source_id, product_token=settings.product_token)
        same.update(token_state=state, token_reason=reason)
    return state


def settings_of(source: Source, secrets: Iterable[SourceSecret] | None = None, *, at: datetime | None = None) -> SourceSettings:
    """Return what adapters, the edge and the line may know of a source; `at` leaves out tokens that have expired by then."""
    adapter = ADAPTERS[source.app]
    tokens = [s for s in (source.secrets.all() if secrets is None else secrets) if s.kind == SourceSecret.Kind.NOTICE_TOKEN]
    return SourceSettings(
        account_id=source.account_id,
        id=source.id,
        app=source.app,
        product_token=source.product_token,
        notice_tokens=tuple(s.value for s in tokens if at is None or s.expires_at is None or s.expires_at > at),
        numbers=tuple(source.numbers),
        campaign_grouping=source.campaign_grouping,
        home_region=source.home_region or None,
        stop_words=adapter.default_stop_words if source.stop_words is None else frozenset(source.stop_words),
        look_back=timedelta(days=source.look_back_days),
        notice_tolerance=timedelta(minutes=source.notice_tolerance_minutes),
    )


def webhook_urls(source: Source, *, site_url: str) -> dict[str, str]:
    """Return the addresses to paste into the provider's tool, by kind; they hold the newest webhook key."""
    webhook_keys = [s for s in source.secrets.all() if s.kind == SourceSecret.Kind.WEBHOOK_KEY]
    newest = max(webhook_keys, key=lambda s: (s.created_at, s.id)).value
    return {kind.value: f"{site_url}/hooks/{newest}/{kind}" for kind in HookKind}


def notice_token(source: Source) -> str:
    """Return the newest token that notices carry in their body."""
    tokens = [s for s in source.secrets.all() if s.kind == SourceSecret.Kind.NOTICE_TOKEN]
    return max(tokens, key=lambda s: (s.created_at, s.id)).value


def is_connected(source: Source) -> bool:
    """Return whether the source has credentials and a number and has not been disconnected."""
    return source.disconnected_at is None and bool(source.product_token) and bool(source.numbers)


def source_in(account_id: int, source_id: int, *, locked: bool = False, name: str = "source") -> Source:
    """Return a source of the account. Raises Missing, with `name` as the input that named it."""
    found = (Source.objects.select_for_update() if locked else Source.objects).filter(account_id=account_id, id=source_id).first()
    if found is None:
        raise Missing("not_found", f"There is no source {source_id} in this account.", field=name)
    return found


def _set_paused(account_id: int, source_id: int, paused_at: datetime | None, *, actor: str, at: datetime) -> Source:
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        if (source.paused_at is None) != (paused_at is None):
            source.paused_at = paused_at
            source.save(update_fields=["paused_at"])
            action = "source.resumed" if paused_at is None else "source.paused"
            audit(account_id, actor=actor, action=action, subject=f"source:{source.id}", at=at)
            _changed(db, account_id)
    return source


def _checked(account_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as they are stored. Raises Invalid, Missing."""
    values = values | {name: keys.clean(str(values[name])).strip() for name in _LONGEST}
    for name, longest in _LONGEST.items():
        if not 0 < len(values[name]) <= longest:
            raise Invalid("bad_length", f"{name} needs 1 to {longest} characters.", field=name)
    for name, (least, most) in _LEAST_MOST.items():
        if not least <= values[name] <= most:
            raise Invalid("out_of_range", f"{name} must be from {least} to {most}.", field=name)
    skill_in(account_id, values["default_skill_id"], field="default_skill")
    region = values["home_region"] or Account.objects.get(id=account_id).home_region
    return values | {"home_region": region.upper(), "numbers": _numbers(values["numbers"], home_region=region)}


def _numbers(raw: Sequence[str], *, home_region: str) -> list[str]:
    found = [phones.normalise(number, home_region=home_region or None).value for number in raw if number.strip()]
    if not found:
        raise Invalid("no_number", "A source needs at least one number to be connected.", field="numbers")
    return list(dict.fromkeys(found))


def _check_name_is_free(account_id: int, name: str) -> None:
    if Source.objects.filter(account_id=account_id, name=name).exists():
        raise Conflict("source_exists", f"There is a source {name} already: choose another name.", field="name")


def _make_secret(source: Source, kind: SourceSecret.Kind, *, at: datetime) -> SourceSecret:
    return SourceSecret.objects.create(account_id=source.account_id, source=source, kind=kind, value=secret(), created_at=at)


def _ask(adapter: Adapter, settings: SourceSettings, *, transport: Transport, base_url: str) -> tuple[Source.TokenState, str]:
    call = adapter.confirm(source=settings, base_url=base_url)
    if call is None:
        return (Source.TokenState.NOT_CHECKED, "This provider has no way to check a token without sending.")
    outcome = transport.call(call)
    if not isinstance(outcome, Answered):
        return Source.TokenState.NOT_CHECKED, f"{adapter.title} could not be reached."
    holds = adapter.read_confirm(outcome.status, outcome.body)
    if holds is None:
        return (Source.TokenState.NOT_CHECKED, f"{adapter.title} did not say whether the token holds.")
    return (Source.TokenState.CONFIRMED, "") if holds else (Source.TokenState.REFUSED, f"{adapter.title} refuses this product token.")


def _tell(db: Database, source: Source, kind: Kind, *, at: datetime) -> None:
    content = {"source": source.id, "name": source.name, "app": source.app}
    record(db, source.account_id, [NewEvent(type=kind, subject=f"source:{source.id}", time=at, content=content, at=at)])


def _changed(db: Database, account_id: int) -> None:
    run(db, "select pg_notify('antiphon_config', %(account)s)", {"account": str(account_id)})


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "product_token"}
