"""The bodies of CM's webhooks, as CM writes them."""

from datetime import UTC, datetime

import msgspec

from antiphon.sandbox.state import Campaign, Generation, Settings, Text


def written(number: str) -> str:
    """Return a number as CM writes it: `0031…`; names and short codes as they are."""
    return "00" + number[1:] if number.startswith("+") else number


def groupings_of(campaign: Campaign, *, settings: Settings) -> tuple[str, str, str]:
    """Return the three groupings of a broadcast: the campaign ID in the one that the settings name, the others empty."""
    first, second, third = (campaign.id if settings.campaign_grouping == place else "" for place in (1, 2, 3))
    return first, second, third


def notice(text: Text, *, to: str, token: str) -> bytes:
    """Return the MT webhook: no reference, no time."""
    first, second, third = text.groupings
    return msgspec.json.encode(
        {
            "to": written(to),
            "from": written(text.other),
            "body": text.words,
            "webhooktoken": token,
            "customGrouping": first,
            "customGrouping2": second,
            "customGrouping3": third,
            "skill": third,
        }
    )


def reply(text: Text, *, phone: str, generation: Generation) -> bytes:
    """Return the MO webhook in one of its two generations; only the newer says when."""
    linked = {"reference": text.reference, "groupings": list(text.groupings)}
    if generation == "old":
        return msgspec.json.encode({"from": written(phone), "to": written(text.other), "body": text.words, **linked})
    media = {"mediaUri": "", "contentType": "", "title": ""}
    return msgspec.json.encode(
        {
            "from": {"number": written(phone), "name": ""},
            "to": {"number": written(text.other)},
            "message": {"text": text.words, "media": media, "custom": {}},
            **linked,
            "messageContext": "",
            "timeUtc": f"{text.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
            "channel": "SMS",
        }
    )


def report(*, to: str, reference: str, at: datetime, error: int = 0) -> bytes:
    """Return a status report: delivered, or failed with an error code; every value is a text."""
    status = (
        {"code": "3", "errorCode": str(error), "errorDescription": "Not delivered"}
        if error
        else {"code": "2", "errorCode": "", "errorDescription": "Delivered"}
    )
    message = {"received": f"{at:%Y-%m-%dT%H:%M:%S}", "to": written(to), "reference": reference, "status": status, "operator": "20408"}
    return msgspec.json.encode({"messages": {"msg": message}})


def opt_out(*, number: str, kind: str, at: datetime) -> bytes:
    """Return an opt-out webhook in the sandbox's own form (docs/providers/cm.md)."""
    return msgspec.json.encode(
        {"kind": kind, "number": written(number), "scope": "source", "sender": "", "timeUtc": f"{at:%Y-%m-%dT%H:%M:%S}"}
    )
