"""Edits that meet: a version as ETag, and If-Match against the one that is stored."""

from django.http import HttpRequest, HttpResponse

from antiphon.kit.problems import Invalid


def expected(request: HttpRequest) -> int | None:
    """Return the version that the caller read, or None when they do not say. Raises Invalid."""
    given = request.headers.get("If-Match", "").strip()
    if given in {"", "*"}:
        return None
    number = given.removeprefix("W/").strip('"')
    if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - more is no version of ours
        raise Invalid("bad_if_match", "If-Match needs the ETag of the last answer.", field="If-Match")
    return int(number)


def tagged(response: HttpResponse, version: int) -> None:
    """Say the version in the answer."""
    response.headers["ETag"] = f'"{version}"'
