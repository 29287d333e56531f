"""How views answer: the page, one named part of it, or the way to the page that shows what was done."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from antiphon.workspace.access import Visit
from antiphon.workspace.navigation import navigation
from antiphon.workspace.pages.presence import counts, presence_line

_TARGET = re.compile(r"[a-z]+#([a-z]+)(?:-\d+)?")


def show(
    request: HttpRequest,
    visit: Visit,
    template: str,
    page: object,
    *,
    parts: Collection[str] = (),
    status: int = 200,
    extra: Mapping[str, object] | None = None,
    place: str = "",
) -> HttpResponse:
    """Answer with the page, or with the part that htmx asked for by the id of its target: pushed HTML equals page HTML.

    `place` is the address that the navigation marks, where that is not the page's own.
    """
    part = _part(request, parts)
    context = {"page": page, "visit": visit, "nav": navigation(place or request.path, visit), **(extra or {})}
    context["presence"] = presence_line(visit, here=_address(request), has_ticket=not part)
    context["counts"] = None if part else counts(visit)
    response = TemplateResponse(request, f"{template}#{part}" if part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if part and status >= 400:  # noqa: PLR2004 - what was typed and what is wrong with it replace the form whole
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _address(request: HttpRequest) -> str:
    """Return the address of the page that a person looks at, also when only a part of it is asked for from elsewhere."""
    page = urlsplit(request.headers.get("HX-Current-URL", "") if request.headers.get("HX-Request") == "true" else "")
    if not page.path:
        return request.get_full_path()
    return f"{page.path}?{page.query}" if page.query else page.path


def go(request: HttpRequest, to: str, *args: object, said: str = "", undo: str = "") -> HttpResponse:
    """Lead to a page by name; `said` is shown there once, with a button to undo it if `undo` is an address."""
    if said:
        messages.success(request, said, extra_tags=undo)
    response = HttpResponseRedirect(reverse(to, args=args))
    response.status_code = 303
    return response


def attached(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """Answer with a file to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def is_asked_for(request: HttpRequest, part: str) -> bool:
    """Return whether only this part of a page is asked for, so that the rest need not be read."""
    return _part(request, {part}) == part


def _part(request: HttpRequest, parts: Collection[str]) -> str:
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-Request-Type") == "full":
        return ""
    found = _TARGET.fullmatch(request.headers.get("HX-Target", ""))
    return found[1] if found and found[1] in parts else ""
