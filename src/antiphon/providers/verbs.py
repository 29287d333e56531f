"""Sources: connecting, rotating, pausing and disconnecting them; what the edge and adapters may know of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account, AppGrant
from antiphon.accounts.verbs import install_app, skill_in
from antiphon.events.types import Kind, NewEvent
from antiphon.events.verbs import record, touch
from antiphon.kit import jobs, keys
from antiphon.kit.db import Database, account, rows, run, sql
from antiphon.kit.ids import secret
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.providers import entered
from antiphon.providers.models import IgnoredCampaign, Source, SourceSecret
from antiphon.providers.protocol import Adapter, HookKind, SourceSettings, topic
from antiphon.providers.registry import ADAPTERS
from antiphon.providers.stop_words import all_of
from antiphon.providers.transport import Answered, Transport

OVERLAP = timedelta(days=7)
_HERE = "antiphon.providers"
EDITABLE = (
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
    stop_words: Mapping[str, Sequence[str]] | None = None


def switch_off(account_id: int, app: str, *, actor: str, at: datetime) -> AppGrant:
    """Switch an installed app off. Raises Conflict while a source of it is connected, Missing when it is not available."""
    with account(account_id):
        grant = AppGrant.objects.select_for_update().filter(account_id=account_id, app=app).first()
        if grant is None:
            raise Missing("not_found", "There is no app {app} in this account.", field="app", app=app)
        connected = Source.objects.filter(account_id=account_id, app=app, disconnected_at=None).order_by("id")
        if names := list(connected.values_list("name", flat=True)):
            raise Conflict("app_in_use", "{listed} is connected: disconnect it first.", field="app", listed=", ".join(names))
        if grant.installed_at is not None:
            grant.installed_at = None
            grant.save(update_fields=["installed_at"])
            audit(account_id, actor=actor, action="app.switched_off", subject=f"app:{app}", at=at)
    return grant


def connect(account_id: int, new: NewSource, *, actor: str, at: datetime) -> Source:
    """Connect a source: its webhook key and notice token are made, the app counts as installed, the product token is checked later.

    Raises Invalid for the input, Conflict when the operator has not enabled the app or the name is taken, Missing for the skill.
    """
    if new.app not in ADAPTERS:
        raise Invalid("unknown_app", "There is no app {app}: use one of {listed}.", field="app", app=new.app, listed=", ".join(ADAPTERS))
    with account(account_id) as db:
        install_app(account_id, new.app, actor=actor, at=at)
        values = _checked(account_id, {name: getattr(new, name) for name in EDITABLE})
        _check_name_is_free(account_id, values["name"])
        source = Source.objects.create(account_id=account_id, app=new.app, connected_at=at, **values)
        for kind in SourceSecret.Kind:
            _make_secret(source, kind, at=at)
        audit(account_id, actor=actor, action="source.connected", subject=f"source:{source.id}", at=at, detail=_shown(values))
        _tell(db, source, Kind.SOURCE_CONNECTED, at=at)
        _changed(db, account_id)
        jobs.put_off("check_token", once=f"check_token:{source.id}", account_id=account_id, source_id=source.id)
    return source


def edit_source(
    account_id: int, source_id: int, changes: dict[str, Any], *, actor: str, at: datetime, version: int | None = None
) -> Source:
    """Change a source's settings; a new product token is checked later. Raises Invalid, Conflict, Missing, Stale (`version` is old)."""
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        if version is not None and version != source.version:
            raise Stale(source.version)
        _check_connected(source)
        merged = {name: getattr(source, name) for name in EDITABLE} | {k: v for k, v in changes.items() if k in EDITABLE}
        values = _checked(account_id, merged)
        if values["name"] != source.name:
            _check_name_is_free(account_id, values["name"])
        if values["product_token"] != source.product_token:
            values |= {"token_state": Source.TokenState.NOT_CHECKED, "token_reason": "", "token_checked_at": None}
            jobs.put_off("check_token", once=f"check_token:{source.id}", account_id=account_id, source_id=source.id)
        detail = _changes(source, values)
        for name, value in values.items():
            setattr(source, name, value)
        source.version += 1
        source.save()
        audit(account_id, actor=actor, action="source.edited", subject=f"source:{source.id}", at=at, detail=detail)
        _changed(db, account_id)
    return source


def rotate(account_id: int, source_id: int, kind: str, *, actor: str, at: datetime, overlap: timedelta = OVERLAP) -> str:
    """Make a new secret of a kind; the old ones hold until `at + overlap`, so that the provider's tool can be changed meanwhile."""
    if kind not in SourceSecret.Kind.values:
        raise Invalid(
            "unknown_kind",
            "There is no secret {kind}: use one of {listed}.",
            field="kind",
            kind=kind,
            listed=", ".join(SourceSecret.Kind.values),
        )
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        _check_connected(source)
        SourceSecret.objects.filter(account_id=account_id, source=source, kind=kind, expires_at=None).update(expires_at=at + overlap)
        made = _make_secret(source, SourceSecret.Kind(kind), at=at)
        audit(account_id, actor=actor, action="source.secret_rotated", subject=f"source:{source.id}", at=at, detail={"kind": kind})
        _changed(db, account_id)
    return made.value


def end_old_secrets(account_id: int, source_id: int, kind: str, *, actor: str, at: datetime) -> int:
    """End the overlap of a rotation now: only the newest secret of the kind holds. Return how many ended. Raises Missing."""
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        ended = SourceSecret.objects.filter(account_id=account_id, source=source, kind=kind, expires_at__gt=at).update(expires_at=at)
        if ended:
            audit(account_id, actor=actor, action="source.old_secrets_ended", subject=f"source:{source.id}", at=at, detail={"kind": kind})
            _changed(db, account_id)
    return ended


def pause(account_id: int, source_id: int, *, actor: str, at: datetime) -> Source:
    """Send nothing through the source; what comes in is taken as always."""
    return _set_paused(account_id, source_id, at, actor=actor, at=at)


def resume(account_id: int, source_id: int, *, actor: str, at: datetime) -> Source:
    """Send through the source again."""
    return _set_paused(account_id, source_id, None, actor=actor, at=at)


def disconnect(account_id: int, source_id: int, *, actor: str, at: datetime, confirmation: str = "") -> Source:
    """End a source: its webhook keys answer 404 from now on. Doing it again changes nothing.

    Raises Missing, Conflict while engagements of published campaigns use it, and Invalid unless `confirmation` is its name while
    conversations are open on it: nobody could answer those.
    """
    with account(account_id) as db:
        source = source_in(account_id, source_id, locked=True)
        if source.disconnected_at is not None:
            return source
        _check_unused(db, source)
        _check_confirmed(db, source, confirmation)
        source.disconnected_at = at
        source.version += 1
        source.save(update_fields=["disconnected_at", "version"])
        audit(account_id, actor=actor, action="source.disconnected", subject=f"source:{source.id}", at=at)
        _tell(db, source, Kind.SOURCE_DISCONNECTED, at=at)
        _changed(db, account_id)
    return source


def engagements_using(db: Database, source: Source) -> list[Any]:
    """Return the engagements of published campaigns that the source carries: number, name, campaign, campaign_id."""
    return rows(db, sql(_HERE, "engagements_using"), {"account": source.account_id, "source": source.id})


def open_conversations(db: Database, source: Source) -> int:
    """Return how many conversations are open on the source."""
    return int(rows(db, sql(_HERE, "open_conversations"), {"account": source.account_id, "source": source.id})[0].open_count)


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


def check_token(account_id: int, source_id: int, *, at: datetime, transport: Transport, base_url: str | None = None) -> str:
    """Ask the provider whether the product token holds and keep the answer; an answer that does not tell changes nothing."""
    with account(account_id):
        source = source_in(account_id, source_id)
        settings = settings_of(source)
    adapter = ADAPTERS[source.app]
    state, reason = _ask(adapter, settings, transport=transport, base_url=base_url or adapter.default_base_url)
    with account(account_id) as db:
        same = Source.objects.filter(account_id=account_id, id=source_id, product_token=settings.product_token)
        same.update(token_state=state, token_reason=reason, token_checked_at=at)
        touch(db, account_id, topic(source_id))
    return state


def check_token_again(account_id: int, source_id: int) -> None:
    """Have the product token checked again in the background. Raises Missing, Conflict."""
    with account(account_id):
        _check_connected(source_in(account_id, source_id))
        jobs.put_off("check_token", once=f"check_token:{source_id}", account_id=account_id, source_id=source_id)


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
        stop_words=adapter.default_stop_words if source.stop_words is None else all_of(source.stop_words),
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
        raise Missing("not_found", "There is no source {source_id} in this account.", field=name, source_id=source_id)
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
            raise Invalid("bad_length", "{what} needs 1 to {longest} characters.", field=name, what=name, longest=longest)
    for name, (least, most) in _LEAST_MOST.items():
        if not least <= values[name] <= most:
            raise Invalid("out_of_range", "{name} must be from {least} to {most}.", field=name, name=name, least=least, most=most)
    skill_in(account_id, values["default_skill_id"], field="default_skill")
    region = entered.region(values["home_region"] or Account.objects.get(id=account_id).home_region)
    numbers = entered.numbers(values["numbers"], home_region=region)
    return values | {"home_region": region, "numbers": numbers, "stop_words": entered.stop_words(values["stop_words"])}


def _check_name_is_free(account_id: int, name: str) -> None:
    if Source.objects.filter(account_id=account_id, name=name, disconnected_at=None).exists():
        raise Conflict("source_exists", "There is a source {name} already: choose another name.", field="name", name=name)


def _check_connected(source: Source) -> None:
    if source.disconnected_at is not None:
        raise Conflict("source_disconnected", "{source} is disconnected, which is for ever: connect a new source.", source=source.name)


def _check_unused(db: Database, source: Source) -> None:
    if using := engagements_using(db, source):
        named = ", ".join(f"{one.name} ({one.campaign})" for one in using)
        raise Conflict(
            "source_in_use",
            "Published engagements use {source}: {named}. Pause their campaigns or give them another source first.",
            source=source.name,
            named=named,
        )


def _check_confirmed(db: Database, source: Source, confirmation: str) -> None:
    if confirmation.strip() != source.name and (count := open_conversations(db, source)):
        raise Invalid(
            "not_confirmed",
            "{count} conversations are open on {source} and could not be answered any more: type its name to disconnect it.",
            field="confirmation",
            count=count,
            source=source.name,
        )


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


def _changes(source: Source, values: dict[str, Any]) -> dict[str, Any]:
    """Return what changes as `[before, after]`; of the product token only that it does."""
    changed = {name: [getattr(source, name), values[name]] for name in EDITABLE if getattr(source, name) != values[name]}
    return changed | ({"product_token": ["…", "…"]} if "product_token" in changed else {})
