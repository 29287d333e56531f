"""What people paste from a provider's tool: the address of a campaign's page, for the campaign ID in it. Pure."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_ADDRESS = re.compile(r"(?i)https?://|www\.|localhost[:/]")
_ID_PARAMETERS = frozenset({"id", "campaign", "campaignid", "campaign_id", "campaign-id"})


def is_address(text: str) -> bool:
    """Return whether a person pasted the address of a page."""
    return bool(_ADDRESS.match(text.strip()))


def campaign_id_in(text: str) -> str:
    """Return the campaign ID that a person pasted: as it is, or out of the URL of the provider's page.

    In a URL: a parameter that is named for it, else the last part of the path (or of a path after `#`) that holds a digit,
    else the last part. Empty when there is none.
    """
    text = text.strip()
    if not is_address(text):
        return text
    parts = urlsplit(text if "://" in text else f"https://{text}")
    inner = urlsplit(parts.fragment)
    for name, value in parse_qsl(parts.query) + parse_qsl(inner.query):
        if name.lower() in _ID_PARAMETERS and value.strip():
            return value.strip()
    found = [unquote(part) for part in f"{parts.path}/{inner.path if '/' in parts.fragment else ''}".split("/") if part]
    return next((part for part in reversed(found) if any(char.isdigit() for char in part)), found[-1] if found else "")
