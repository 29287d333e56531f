"""How many SMS a text takes: by the GSM alphabet where it suffices, else by UTF-16."""

BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
EXTENDED = "^{}\\[~]|€\f"
_ONE_GSM, _MANY_GSM, _ONE_UNICODE, _MANY_UNICODE = 160, 153, 70, 67


def measure(text: str) -> tuple[int, int, int]:
    """Return the length of a text, what fits in its segments, and how many they are (at least one)."""
    is_gsm = all(char in BASIC or char in EXTENDED for char in text)
    length = len(text) + sum(char in EXTENDED for char in text) if is_gsm else len(text.encode("utf-16-le")) // 2
    one, many = (_ONE_GSM, _MANY_GSM) if is_gsm else (_ONE_UNICODE, _MANY_UNICODE)
    if length <= one:
        return length, one, 1
    segments = -(-length // many)
    return length, segments * many, segments


def costly(text: str) -> list[str]:
    """Return the characters that make a text need UTF-16, each once, in order: with one of them a segment holds 70 instead of 160."""
    return list(dict.fromkeys(char for char in text if char not in BASIC and char not in EXTENDED))
