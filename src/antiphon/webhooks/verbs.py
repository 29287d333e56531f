"""Webhooks out: what pages, API and commands may do with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from antiphon.accounts.audit import audit
from antiphon.config.env import current
from antiphon.events.types import Kind
from antiphon.events.verbs import last_position
from antiphon.kit.db import account, run, sql
from antiphon.kit.ids import uuid7
from antiphon.kit.keys import clean
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.webhooks import signing
from antiphon.webhooks.addresses import check_url
from antiphon.webhooks.delivering import KEPT, TEST
from antiphon.webhooks.models import Delivery, Endpoint, EndpointSecret

OVERLAP = timedelta(days=1)
MOST = 20
_HERE = "antiphon.webhooks"
_LONGEST_NAME = 100


def create(account_id: int, *, name: str, url: str, kinds: Sequence[str], actor: str, at: datetime) -> tuple[Endpoint, str]:
    """Add an endpoint, for events from now on; return it with its secret, which is shown once. Raises Invalid, Conflict."""
    name, url, kinds = _name(name), _url(url), _kinds(kinds)
    with account(account_id) as db:
        if Endpoint.objects.filter(account_id=account_id).count() >= MOST:
            raise Conflict("too_many", "An account has at most {most} webhooks: remove one first.", most=MOST)
        _refuse_taken(account_id, name)
        made = Endpoint.objects.create(
            account_id=account_id, name=name, url=url, kinds=kinds, position=last_position(db, account_id), created_at=at
        )
        shown = _add_secret(made, at=at)
        _audit(made, actor=actor, at=at, action="webhook.added", url=url, kinds=kinds)
    return made, shown


def edit(account_id: int, endpoint_id: int, changes: dict[str, Any], *, version: int | None, actor: str, at: datetime) -> Endpoint:
    """Change name, url, kinds or state (`active` or `paused`). Raises Invalid, Conflict, Missing, Stale.

    Switched on again, whatever waited is due at once, in its order.
    """
    with account(account_id):
        found = endpoint_in(account_id, endpoint_id, is_locked=True)
        if version is not None and version != found.version:
            raise Stale(found.version)
        checked = _checked(account_id, found, changes)
        for field, value in checked.items():
            setattr(found, field, value)
        found.version += 1
        if checked.get("state") == Endpoint.State.ACTIVE:
            found.failing_since, found.error = None, ""
            Delivery.objects.filter(account_id=account_id, endpoint_id=endpoint_id, state=Delivery.State.WAITING).update(next_at=at)
        found.save()
        _audit(found, actor=actor, at=at, action="webhook.edited", **checked)
    return found


def rotate(account_id: int, endpoint_id: int, *, actor: str, at: datetime) -> str:
    """Make a new secret, shown once; deliveries are signed by the old one too for another day. Raises Missing."""
    with account(account_id):
        found = endpoint_in(account_id, endpoint_id, is_locked=True)
        found.secrets.filter(account_id=account_id, expires_at=None).update(expires_at=at + OVERLAP)
        shown = _add_secret(found, at=at)
        _audit(found, actor=actor, at=at, action="webhook.secret_rotated")
    return shown


def remove(account_id: int, endpoint_id: int, *, actor: str, at: datetime) -> None:
    """Take an endpoint away; its log goes with it in time. Raises Missing."""
    with account(account_id):
        found = endpoint_in(account_id, endpoint_id, is_locked=True)
        Delivery.objects.filter(account_id=account_id, endpoint_id=endpoint_id, state=Delivery.State.WAITING).update(
            state=Delivery.State.GIVEN_UP, settled_at=at
        )
        _audit(found, actor=actor, at=at, action="webhook.removed", url=found.url)
        found.delete()


def send_test(account_id: int, endpoint_id: int, *, actor: str, at: datetime) -> Delivery:
    """Put an event of type `io.antiphon.test` in line, which no other endpoint gets. Raises Missing."""
    with account(account_id):
        found = endpoint_in(account_id, endpoint_id)
        event_id = uuid7(at)
        _audit(found, actor=actor, at=at, action="webhook.tested")
        return Delivery.objects.create(
            account_id=account_id, endpoint_id=found.id, event_id=event_id, type=TEST, subject=f"test:{event_id}", position=0, next_at=at
        )


def replay(account_id: int, endpoint_id: int, event_id: UUID, *, actor: str, at: datetime) -> None:
    """Put one delivery in line again. Raises Missing."""
    with account(account_id):
        found = endpoint_in(account_id, endpoint_id)
        again = {"state": Delivery.State.WAITING, "attempts": 0, "next_at": at, "leased_until": None, "settled_at": None}
        if not Delivery.objects.filter(account_id=account_id, endpoint_id=endpoint_id, event_id=event_id).update(**again):
            raise Missing("not_found", "This webhook has no such delivery.")
        _audit(found, actor=actor, at=at, action="webhook.replayed", event=str(event_id))


def replay_between(account_id: int, endpoint_id: int, *, start: datetime, end: datetime, actor: str, at: datetime) -> int:
    """Put in line again what was learned of in a stretch of time; return how many events. Raises Missing, Invalid."""
    if not start < end or at - start > KEPT:
        raise Invalid("bad_range", "Choose a beginning before the end, at most {kept} days ago.", field="from", kept=KEPT.days)
    with account(account_id) as db:
        found = endpoint_in(account_id, endpoint_id)
        asked = {"account": account_id, "endpoint": found.id, "start": start, "end": end, "at": at}
        count = run(db, sql(_HERE, "replay"), asked)
        told = {"from": start.isoformat(), "to": end.isoformat(), "events": count}
        _audit(found, actor=actor, at=at, action="webhook.replayed", **told)
    return count


def endpoint_in(account_id: int, endpoint_id: int, *, is_locked: bool = False) -> Endpoint:
    """Return an endpoint of the account. Raises Missing."""
    found = Endpoint.objects.filter(account_id=account_id, id=endpoint_id)
    one = (found.select_for_update() if is_locked else found).first()
    if one is None:
        raise Missing("not_found", "There is no webhook {endpoint_id} in this account.", endpoint_id=endpoint_id)
    return one


def _checked(account_id: int, found: Endpoint, changes: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    if "name" in changes:
        checked["name"] = _name(changes["name"])
        _refuse_taken(account_id, checked["name"], besides=found.id)
    if "url" in changes:
        checked["url"] = _url(changes["url"])
    if "kinds" in changes:
        checked["kinds"] = _kinds(changes["kinds"])
    if "state" in changes:
        if changes["state"] not in {Endpoint.State.ACTIVE, Endpoint.State.PAUSED}:
            raise Invalid("unknown_state", "A webhook is made active or paused.", field="state")
        checked["state"] = changes["state"]
    return checked


def _add_secret(endpoint: Endpoint, *, at: datetime) -> str:
    shown = signing.new_secret()
    EndpointSecret.objects.create(account_id=endpoint.account_id, endpoint=endpoint, value=shown, created_at=at)
    return shown


def _audit(endpoint: Endpoint, *, actor: str, at: datetime, action: str, **detail: Any) -> None:
    audit(
        endpoint.account_id, actor=actor, action=action, subject=f"webhook:{endpoint.id}", at=at, detail={"name": endpoint.name, **detail}
    )


def _refuse_taken(account_id: int, name: str, *, besides: int = 0) -> None:
    if Endpoint.objects.filter(account_id=account_id, name=name).exclude(id=besides).exists():
        raise Conflict("webhook_exists", "There is a webhook {name} already: choose another name.", field="name", name=name)


def _name(raw: str) -> str:
    text = clean(raw).strip()
    if not 0 < len(text) <= _LONGEST_NAME:
        raise Invalid("bad_length", "{what} needs 1 to {longest} characters.", field="name", what="name", longest=_LONGEST_NAME)
    return text


def _url(raw: str) -> str:
    return check_url(raw, own=current().webhook_networks)


def _kinds(chosen: Sequence[str]) -> list[str]:
    """Return the kinds in the order of their list; none stands for every kind, also those to come. Raises Invalid."""
    unknown = sorted(set(chosen) - set(Kind))
    if unknown:
        raise Invalid(
            "unknown_kind",
            "There is no event {unknown}: the kinds are {listed}.",
            field="kinds",
            unknown=unknown[0],
            listed=", ".join(Kind),
        )
    return [str(kind) for kind in Kind if kind in set(chosen)]
