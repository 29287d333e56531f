"""Addresses of the API: every operation behind the key; its description and documentation in front of it."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from antiphon.api import docs, problems
from antiphon.api.access import behind_key
from antiphon.api.application import api

app_name = "api"


def _behind_key(pattern: URLPattern) -> URLPattern:
    pattern.callback = cast("Any", behind_key)(pattern.callback)
    return pattern


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Answer an address that is not one of the API's."""
    return problems.problem(404, "not_found", "There is no such address: see /api/v1/docs.")


urlpatterns = [
    path("docs", docs.page, name="docs"),
    path("openapi.json", docs.document, name="openapi"),
    *(_behind_key(cast("URLPattern", pattern)) for pattern in api.urls[0] if cast("Any", pattern).name != "api-root"),
    re_path("", nothing, name="nothing"),
]
