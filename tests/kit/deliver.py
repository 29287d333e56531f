"""Delivers what CM would send, through the adapter and the same way in as the edge's, in the test's transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from antiphon.intake import arrivals
from antiphon.kit.db import Database, account, lane_account
from antiphon.kit.ids import uuid7
from antiphon.providers.models import Source
from antiphon.providers.protocol import Hook, HookKind, SourceSettings
from antiphon.providers.verbs import settings_of
from tests.kit.world import Tenant


@dataclass(frozen=True)
class Post:
    """One webhook request on its way: its kind, its body, and when it comes in."""

    kind: HookKind
    body: bytes
    received_at: datetime
    source: Source


class Deliver:
    """Makes CM's webhooks for one tenant and delivers them."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    @cached_property
    def _notice_token(self) -> str:
        return self.tenant.secret("notice_token")

    def notice_post(
        self,
        phone: str,
        campaign: str = "C1",
        *,
        at: datetime,
        text: str = "Time for your check-up",
        sender: str | None = None,
        **more: Any,
    ) -> Post:
        """Make an MT webhook."""
        body = {
            "to": phone.replace("+", "00"), "from": sender or self.tenant.number, "body": text,
            "webhooktoken": self._notice_token, "customGrouping": campaign, "customGrouping2": "", "customGrouping3": "",
            "skill": "",
        }  # fmt: skip
        return self._post(HookKind.NOTICE, body | more, at)

    def reply_post(
        self,
        phone: str,
        text: str,
        *,
        at: datetime,
        replied_at: datetime | None = None,
        to: str | None = None,
        campaign: str | None = None,
        reference: str | None = None,
        source: Source | None = None,
        **more: Any,
    ) -> Post:
        """Make an MO webhook of the newer generation; its time is `at` unless said."""
        body = {
            "from": {"number": phone.replace("+", "00"), "name": ""}, "to": {"number": to or self.tenant.number},
            "message": {"text": text, "media": {"mediaUri": "", "contentType": "", "title": ""}, "custom": {}},
            "reference": reference, "groupings": [campaign or "", "", ""], "messageContext": "", "channel": "SMS",
            "timeUtc": _utc(replied_at or at),
        }  # fmt: skip
        return self._post(HookKind.REPLY, body | more, at, source=source)

    def picture_post(self, phone: str, *, at: datetime, url: str = "https://media.example/a.jpg", text: str = "") -> Post:
        """Make an MO webhook that brings a picture."""
        message = {"text": text, "media": {"mediaUri": url, "contentType": "image/jpeg", "title": ""}, "custom": {}}
        return self.reply_post(phone, text, at=at, message=message)

    def old_reply_post(self, phone: str, text: str, *, at: datetime, campaign: str = "") -> Post:
        """Make an MO webhook of the older generation, which says no time."""
        body = {"from": phone.replace("+", "00"), "to": self.tenant.number, "body": text, "reference": "", "groupings": [campaign, "", ""]}
        return self._post(HookKind.REPLY, body, at)

    def report_post(self, phone: str, reference: str, *, code: int = 2, error: str = "", at: datetime) -> Post:
        """Make a status report."""
        status = {"code": str(code), "errorCode": error, "errorDescription": ""}
        body = {
            "messages": {"msg": {"received": "", "to": phone.replace("+", "00"), "reference": reference, "status": status, "operator": ""}}
        }
        return self._post(HookKind.REPORT, body, at)

    def opt_out_post(
        self, phone: str, *, at: datetime, opted_at: datetime | None = None, kind: str = "opt_out", scope: str = "source", sender: str = ""
    ) -> Post:
        """Make an opt-out webhook (or an `opt_in`); its time is `at` unless said."""
        body = {"kind": kind, "number": phone.replace("+", "00"), "scope": scope, "sender": sender, "timeUtc": _utc(opted_at or at)}
        return self._post(HookKind.OPT_OUT, body, at)

    def _post(self, kind: HookKind, body: dict[str, Any], at: datetime, *, source: Source | None = None) -> Post:
        return Post(kind, json.dumps(body).encode(), at, source or self.tenant.source)

    def __call__(self, *posts: Post, together: bool = False) -> None:
        """Deliver each in a batch of its own, or all in one."""
        for batch in [posts] if together else [[post] for post in posts]:
            self._take(batch)

    def _take(self, posts: Sequence[Post]) -> None:
        with account(self.tenant.id) as db:
            batch = self.store(db, *posts, sources=self.sources())
            self._raise_if_not_taken(batch)

    def sources(self) -> dict[int, SourceSettings]:
        """Return the settings of the tenant's sources, as the edge caches them."""
        with account(self.tenant.id):
            return {source.id: settings_of(source) for source in Source.objects.filter(account_id=self.tenant.id)}

    def on_lane(self, db: Database, *posts: Post, sources: dict[int, SourceSettings]) -> None:
        """Deliver all in one batch, in a transaction of a plain connection, as a lane does."""
        with lane_account(db, self.tenant.id):
            self.store(db, *posts, sources=sources)

    def store(self, db: Database, *posts: Post, sources: dict[int, SourceSettings]) -> list[arrivals.Arrived]:
        """Deliver all in one batch, in a transaction that is open, which the caller ends."""
        batch = [
            arrivals.arrived(
                Hook(post.kind, post.body, {}, "", post.received_at),
                arrival_id=uuid7(post.received_at),
                source=sources[post.source.id],
                headers="",
            )
            for post in posts
        ]
        arrivals.store(db, self.tenant.id, batch, sources=sources, at=max(one.received_at for one in batch))
        return batch

    def _raise_if_not_taken(self, batch: list[arrivals.Arrived]) -> None:
        from antiphon.intake.models import Arrival  # noqa: PLC0415 - models wait for Django's set-up

        pending = Arrival.objects.filter(account_id=self.tenant.id, id__in=[one.id for one in batch], state="pending")
        assert list(pending.values_list("reason", flat=True)) == []

    def notice(self, phone: str, campaign: str = "C1", *, at: datetime, **more: Any) -> None:
        """Deliver a notice."""
        self(self.notice_post(phone, campaign, at=at, **more))

    def reply(self, phone: str, text: str = "Yes please", *, at: datetime, **more: Any) -> None:
        """Deliver a reply."""
        self(self.reply_post(phone, text, at=at, **more))

    def report(self, phone: str, reference: str, *, at: datetime, **more: Any) -> None:
        """Deliver a status report."""
        self(self.report_post(phone, reference, at=at, **more))

    def opt_out(self, phone: str, *, at: datetime, **more: Any) -> None:
        """Deliver an opt-out webhook."""
        self(self.opt_out_post(phone, at=at, **more))

    def opt_in(self, phone: str, *, at: datetime, **more: Any) -> None:
        """Deliver the reversal of an opt-out."""
        self(self.opt_out_post(phone, at=at, kind="opt_in", **more))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


MINUTE = timedelta(minutes=1)
