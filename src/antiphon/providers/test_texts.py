"""Test texts: somebody tries a source. Sent at most once, audited, and apart from answers and conversations.

A test text bears our mark as an answer does, so its notice is an echo, and a reply to it is attributed as if it carried nothing. Its
reference is known (`test_text`), so a report on it raises no notice.
"""

from collections.abc import Callable
from datetime import datetime

from antiphon.accounts.audit import audit
from antiphon.events.verbs import touch
from antiphon.kit import jobs, keys, phones
from antiphon.kit.db import account, rows, sql
from antiphon.kit.ids import reference
from antiphon.kit.problems import Conflict, Invalid
from antiphon.providers.models import Source, TestText
from antiphon.providers.protocol import Malformed, OutgoingText, Reason, SendResult, SourceSettings, topic
from antiphon.providers.registry import adapter_of
from antiphon.providers.transport import Answered, Broke, Transport
from antiphon.providers.verbs import settings_of, source_in

_HERE = "antiphon.providers"
_LONGEST = 480
_SHOWN_DIGITS = 2


def send_test_text(account_id: int, source_id: int, *, to: str, text: str, actor: str, at: datetime, sender: str = "") -> TestText:
    """Store a test text and have it sent from the source's first number, or another of its numbers.

    Raises Invalid for number and text, Conflict for a source that sends nothing and for somebody who opted out, Missing.
    """
    with account(account_id) as db:
        source = source_in(account_id, source_id)
        _check_can_send(source)
        number, words, from_number = _recipient(to, source), _text(text), _sender(sender, source)
        asked = {"account": account_id, "source": source_id, "phone": number, "sender": from_number}
        if rows(db, sql(_HERE, "is_opted_out"), asked)[0].is_out:
            raise Conflict("opted_out", "This number opted out, so nothing may be sent to it. It can always write again.", field="to")
        made = TestText.objects.create(
            account_id=account_id,
            source=source,
            to_number=number,
            from_number=from_number,
            text=words,
            reference=reference(),
            actor=actor,
            created_at=at,
            state_at=at,
        )
        detail = {"to": "…" + number[-_SHOWN_DIGITS:], "from": from_number}
        audit(account_id, actor=actor, action="source.test_text_sent", subject=f"source:{source.id}", at=at, detail=detail)
        jobs.put_off("send_test_text", account_id=account_id, test_text_id=made.pk)
    return made


def send_stored(account_id: int, test_text_id: int, *, transport: Transport, base_url: str, now: Callable[[], datetime]) -> None:
    """Send one stored test text, once: whatever comes of the call is kept, and it is never tried again by itself."""
    with account(account_id) as db:
        claimed = rows(db, sql(_HERE, "claim_test_text"), {"account": account_id, "id": test_text_id, "at": now()})
        if not claimed:
            return
        settings = settings_of(Source.objects.get(account_id=account_id, id=claimed[0].source_id))
    text = OutgoingText(claimed[0].to_number, claimed[0].from_number, claimed[0].text, claimed[0].reference)
    state, reason, detail = _call(text, settings, transport=transport, base_url=base_url)
    with account(account_id) as db:
        kept = TestText.objects.filter(account_id=account_id, id=test_text_id, state="dispatching")
        kept.update(state=state, reason=reason, detail=detail[:200], state_at=now())
        touch(db, account_id, topic(settings.id))


def _call(text: OutgoingText, settings: SourceSettings, *, transport: Transport, base_url: str) -> tuple[str, str, str]:
    adapter = adapter_of(settings.app)
    outcome = transport.call(adapter.send([text], source=settings, base_url=base_url))
    if isinstance(outcome, Broke):
        return "unknown", "", outcome.detail
    if not isinstance(outcome, Answered):
        return "failed", Reason.PROVIDER_UNAVAILABLE, outcome.detail
    try:
        return _said(adapter.read_send(outcome.status, outcome.body, texts=[text])[0])
    except Malformed as error:
        return "unknown", "", str(error)


def _said(result: SendResult) -> tuple[str, str, str]:
    return ("sent", "", "") if result.is_accepted else ("failed", result.reason or Reason.UNDELIVERED, result.detail)


def _check_can_send(source: Source) -> None:
    if source.disconnected_at is not None:
        raise Conflict("source_disconnected", "{source} is disconnected: nothing is sent through it.", source=source.name)
    if source.paused_at is not None:
        raise Conflict("source_paused", "{source} is paused: resume it first.", source=source.name)


def _recipient(raw: str, source: Source) -> str:
    number = phones.normalise(keys.clean(raw), home_region=source.home_region or None)
    if number.kind is not phones.Kind.E164:
        raise Invalid("bad_number", "Write the number of a telephone with its country, such as +31 6 12345678.", field="to")
    return number.value


def _text(raw: str) -> str:
    words = keys.clean(raw).strip()
    if not 0 < len(words) <= _LONGEST:
        raise Invalid("bad_length", "A test text needs 1 to {longest} characters.", field="text", longest=_LONGEST)
    return words


def _sender(raw: str, source: Source) -> str:
    if raw and raw not in source.numbers:
        raise Invalid("bad_number", "{raw} is no number of {source}.", field="sender", raw=raw[:40], source=source.name)
    return raw or str(source.numbers[0])
