"""Addresses that fail, for the tests of what is said about it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from antiphon.kit.jobs import put_off

CANARY = "Kanarie Vogel +31 6 5551 2345, my order 778899"


def fail(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - a view's
    raise ValueError(CANARY)


def ask(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's
    put_off("check_token", account_id=1, source_id=1)
    return HttpResponse("asked")


urlpatterns = [path("fail/<int:number>", fail), path("ask", ask)]
