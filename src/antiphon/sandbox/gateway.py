"""CM's send API seen from the outside: what it takes, what it refuses, and in which words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from antiphon.kit.phones import Kind, normalise
from antiphon.providers.protocol import Malformed
from antiphon.providers.reading import Json, read
from antiphon.sandbox.state import Settings

MESSAGES_LIMIT = 1000
_GROUPINGS = ("customGrouping", "customGrouping2", "customGrouping3")
_sender = re.compile(r"\d{1,16}|\+\d{1,15}|[A-Za-z0-9 .]{1,11}")
_number = re.compile(r"00[1-9]\d{6,14}")
_reference = re.compile(r"[A-Za-z0-9]{1,32}")

WORDS = {
    101: "Authentication failed",
    102: "Balance too low",
    202: "The request is not what it should be",
    203: "The list of messages is not what it should be",
    301: "The sender is not allowed",
    302: "The recipient is missing",
    303: "The recipient is not a number in the form 0031...",
    304: "The text is empty",
    305: "A field is not what it should be",
    402: "The recipient is blacklisted",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One message to one recipient; `code` 0 is accepted."""

    number: str
    written_to: str
    sender: str
    words: str
    reference: str
    groupings: tuple[str, str, str]
    code: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gateway answers, and what it was offered."""

    status: int
    answer: dict[str, object]
    offered: list[Offered] = field(default_factory=list)

    @property
    def accepted(self) -> list[Offered]:
        """Return what is on its way."""
        return [message for message in self.offered if message.code == 0]


def judge(headers: Mapping[str, str], body: bytes, *, settings: Settings, has_opted_out: Callable[[str], bool]) -> Judged:
    """Judge a request to `POST /v1.0/message`; partly good is answered 200 with error code 201."""
    try:
        value = read(body)
    except Malformed:
        return _whole(202)
    messages = value.get("messages") if isinstance(value, dict) else None
    if not isinstance(messages, dict):
        return _whole(202)
    if _token(headers, messages) != settings.product_token:
        return _whole(101)
    found = messages.get("msg")
    if not isinstance(found, list) or not found or len(found) > MESSAGES_LIMIT:
        return _whole(203)
    offered = [message for item in found for message in _offered(item)]
    return _answer([_with_code(message, settings=settings, has_opted_out=has_opted_out) for message in offered])


def _token(headers: Mapping[str, str], messages: dict[str, Json]) -> str:
    given = messages.get("authentication")
    inside = {key.casefold(): value for key, value in given.items()} if isinstance(given, dict) else {}
    return headers.get("x-cm-producttoken") or str(inside.get("producttoken") or "")


def _whole(code: int) -> Judged:
    return Judged(400, {"details": WORDS[code], "errorCode": code, "messages": []})


def _offered(item: Json) -> list[Offered]:
    """Return one message for each recipient of an entry; an entry without recipients is one that is refused."""
    if not isinstance(item, dict):
        return [Offered("", "", "", "", "", ("", "", ""), code=203)]
    recipients = item.get("to")
    numbers = (
        [_text(recipient.get("number")) for recipient in recipients if isinstance(recipient, dict)] if isinstance(recipients, list) else []
    )
    return [_message(item, written_to=number) for number in numbers or [""]]


def _message(item: dict[str, Json], *, written_to: str) -> Offered:
    body = item.get("body")
    first, second, third = (_text(item.get(name)) for name in _GROUPINGS)
    return Offered(
        number=normalise(written_to).value,
        written_to=written_to,
        sender=_text(item.get("from")),
        words=_text(body.get("content")) if isinstance(body, dict) else "",
        reference=_text(item.get("reference")),
        groupings=(first, second, third),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _with_code(message: Offered, *, settings: Settings, has_opted_out: Callable[[str], bool]) -> Offered:
    code = message.code or _fault_of(message) or settings.refusals.get(message.number, 0)
    if not code and settings.refuse_opted_out and has_opted_out(message.number):
        code = 402
    return Offered(message.number, message.written_to, message.sender, message.words, message.reference, message.groupings, code)


def _fault_of(message: Offered) -> int:
    """Return the code of the first thing that is wrong with a message, or 0."""
    faults = (
        (301, not _sender.fullmatch(message.sender)),
        (302, not message.written_to),
        (303, not _number.fullmatch(message.written_to) or normalise(message.written_to).kind is not Kind.E164),
        (304, not message.words.strip()),
        (305, bool(message.reference) and not _reference.fullmatch(message.reference)),
        (305, any(len(grouping) > 100 for grouping in message.groupings)),  # noqa: PLR2004 - CM's limit
    )
    return next((code for code, is_wrong in faults if is_wrong), 0)


def _answer(offered: list[Offered]) -> Judged:
    refused = [message.code for message in offered if message.code]
    taken = len(offered) - len(refused)
    code = 0 if not refused else 201 if taken else refused[0]
    answer: dict[str, object] = {
        "details": f"Created {taken} message(s)",
        "errorCode": code,
        "messages": [_line(message) for message in offered],
    }
    return Judged(200 if taken else 400, answer, offered)


def _line(message: Offered) -> dict[str, object]:
    return {
        "to": message.written_to,
        "status": "Rejected" if message.code else "Accepted",
        "reference": message.reference,
        "parts": 0 if message.code else 1,
        "messageDetails": WORDS.get(message.code, "Refused") if message.code else None,
        "messageErrorCode": message.code,
    }
