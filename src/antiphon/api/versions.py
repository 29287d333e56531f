"""Edits that meet: a version or a stamp as ETag, and If-Match against what is stored."""

from django.http import HttpRequest, HttpResponse

from antiphon.kit.problems import Invalid


def expected(request: HttpRequest) -> int | None:
    """Return the version that the caller read, or None when they do not say. Raises Invalid."""
    number = _given(request)
    if number is None:
        return None
    if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - more is no version of ours
        raise _bad()
    return int(number)


def expected_stamp(request: HttpRequest) -> str | None:
    """Return the stamp of what the caller read, or None when they do not say. Raises Invalid."""
    stamp = _given(request)
    if stamp == "":
        raise _bad()
    return stamp


def tagged(response: HttpResponse, version: int | str) -> None:
    """Say the version, or the stamp, in the answer."""
    response.headers["ETag"] = f'"{version}"'


def _given(request: HttpRequest) -> str | None:
    given = request.headers.get("If-Match", "").strip()
    return None if given in {"", "*"} else given.removeprefix("W/").strip('"')


def _bad() -> Invalid:
    return Invalid("bad_if_match", "If-Match needs the ETag of the last answer.", field="If-Match")
