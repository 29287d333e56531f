"""CM's send API: the request that offers answers, and what its answer says about each of them."""

from dataclasses import dataclass

import msgspec

from antiphon.providers.cm.codes import AUTHORISATION_CODES, HTTP_REFUSALS, MAY_BE_TRIED_AGAIN, REFUSALS
from antiphon.providers.cm.hooks import MARK
from antiphon.providers.protocol import HttpCall, Malformed, OutgoingText, Reason, SendResult, SourceSettings
from antiphon.providers.reading import Json, Odd, read, text

TEXTS_PER_CALL = 1000
_PATH = "/v1.0/message"
_LONGEST_SENDER = 16
_PARTS_LIMIT = 8
_DETAIL_LIMIT = 200
_CLIENT_ERRORS = range(400, 500)
_REQUEST_TIMEOUT = 408


def build(texts: list[OutgoingText], *, source: SourceSettings, base_url: str) -> HttpCall:
    """Return the request that offers these texts, at most a thousand."""
    if len(texts) > TEXTS_PER_CALL:
        raise ValueError(f"CM takes at most {TEXTS_PER_CALL} texts a call")
    messages = [_message(item, mark_in=mark_grouping(source.campaign_grouping)) for item in texts]
    headers = {"content-type": "application/json", "x-cm-producttoken": source.product_token}
    body = msgspec.json.encode({"messages": {"msg": messages}})
    return HttpCall("POST", base_url.rstrip("/") + _PATH, headers, body)


def mark_grouping(campaign_grouping: int) -> str:
    """Return the grouping that carries our mark: the third, or the second where the campaign ID is in the third."""
    return "customGrouping2" if campaign_grouping == 3 else "customGrouping3"  # noqa: PLR2004 - counted from one


def _message(item: OutgoingText, *, mark_in: str) -> dict[str, object]:
    return {
        "from": sender_number(item.sender),
        "to": [{"number": _international(item.to)}],
        "body": {"type": "auto", "content": item.text},
        "reference": item.reference,
        "allowedChannels": ["SMS"],
        "minimumNumberOfMessageParts": 1,
        "maximumNumberOfMessageParts": _PARTS_LIMIT,
        mark_in: MARK,
    }


def sender_number(sender: str) -> str:
    """Return a sender as CM takes it: `00…` while that fits in 16 digits, else without; names and short codes as they are."""
    if not sender.startswith("+"):
        return sender
    written = _international(sender)
    return written if len(written) <= _LONGEST_SENDER else written[2:]


def _international(number: str) -> str:
    return "00" + number[1:] if number.startswith("+") else number


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry of CM's answer. `to` is kept as digits."""

    reference: str
    to: str
    is_accepted: bool
    code: int
    words: str


def read_answer(status: int, body: bytes, *, texts: list[OutgoingText]) -> list[SendResult]:
    """Return one result per text, in their order. Raises Malformed when it cannot be told whether a text was taken."""
    try:
        value = read(body)
        lines, (code, words) = _lines(value), _top(value)
    except (Malformed, Odd):
        return _without_body(status, texts=texts)
    if lines:
        return [_result(item, line) for item, line in zip(texts, _in_order(lines, texts=texts), strict=True)]
    if code in REFUSALS and status in _CLIENT_ERRORS:
        return [_refused(item.reference, code=code, words=words) for item in texts]
    return _without_body(status, texts=texts)


def _without_body(status: int, *, texts: list[OutgoingText]) -> list[SendResult]:
    """Judge by the HTTP status alone: a client error took nothing, anything else cannot be told."""
    if status not in _CLIENT_ERRORS or status == _REQUEST_TIMEOUT:
        raise Malformed(f"HTTP {status} without a result for each text")
    reason = HTTP_REFUSALS.get(status, Reason.MALFORMED)
    retry = reason in MAY_BE_TRIED_AGAIN
    return [SendResult(item.reference, is_accepted=False, reason=reason, detail=f"HTTP {status}", retry=retry) for item in texts]


def _lines(value: Json) -> list[_Line]:
    messages = value.get("messages") if isinstance(value, dict) else None
    return [_line(message) for message in messages] if isinstance(messages, list) else []


def _line(message: Json) -> _Line:
    if not isinstance(message, dict):
        raise Odd("a result that is no object")
    status = text(message.get("status"), name="status").casefold()
    if status not in {"accepted", "rejected"}:
        raise Odd("a result that is neither accepted nor rejected")
    return _Line(
        reference=text(message.get("reference"), name="reference"),
        to=_digits(text(message.get("to"), name="to")),
        is_accepted=status == "accepted",
        code=_code(message.get("messageErrorCode")),
        words=text(message.get("messageDetails"), name="messageDetails"),
    )


def _in_order(lines: list[_Line], *, texts: list[OutgoingText]) -> list[_Line]:
    """Match by reference; where CM gives none back (demo accounts), by place and number."""
    by_reference = {line.reference: line for line in lines if line.reference}
    found = [by_reference.get(item.reference) or _by_place(place, item, lines=lines, count=len(texts)) for place, item in enumerate(texts)]
    known = [line for line in found if line is not None]
    if len(known) < len(texts):
        raise Malformed("not every text has a result")
    return known


def _by_place(place: int, item: OutgoingText, *, lines: list[_Line], count: int) -> _Line | None:
    if len(lines) != count or lines[place].reference or lines[place].to != _digits(item.to):
        return None
    return lines[place]


def _digits(number: str) -> str:
    return number.strip().lstrip("+").removeprefix("00")


def _result(item: OutgoingText, line: _Line) -> SendResult:
    if line.is_accepted:
        return SendResult(item.reference, is_accepted=True)
    return _refused(item.reference, code=line.code, words=line.words)


def _refused(reference: str, *, code: int, words: str) -> SendResult:
    reason = REFUSALS.get(code, Reason.UNDELIVERED)
    detail = f"{code} {words}".strip()[:_DETAIL_LIMIT]
    return SendResult(reference, is_accepted=False, reason=reason, detail=detail, retry=reason in MAY_BE_TRIED_AGAIN)


def _top(value: Json) -> tuple[int, str]:
    if not isinstance(value, dict):
        return 0, ""
    return _code(value.get("errorCode")), text(value.get("details"), name="details")


def _code(value: Json) -> int:
    written = text(value, name="errorCode").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0  # noqa: PLR2004 - codes have three digits


def read_proof(status: int, body: bytes) -> bool | None:
    """Return whether CM knows the product token, judged by its answer to an empty batch; None when that does not tell."""
    try:
        code, _words = _top(read(body))
    except (Malformed, Odd):
        code = 0
    if code in AUTHORISATION_CODES or HTTP_REFUSALS.get(status) is Reason.NOT_AUTHORISED:
        return False
    return True if code in REFUSALS and status in _CLIENT_ERRORS else None
