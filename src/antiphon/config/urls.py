"""Every address that Django answers: each step brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from antiphon.config.apps import has_module

_STEPS = ("accounts", "providers", "campaigns", "consumers", "intake", "conversations", "metrics", "workspace")


def _step(prefix: str, step: str) -> list[URLResolver]:
    return [path(prefix, include(f"antiphon.{step}.urls"))] if has_module(f"antiphon.{step}.urls") else []


urlpatterns: list[URLPattern | URLResolver] = [
    *_step("api/v1/", "api"),
    *(found for step in _STEPS for found in _step("", step)),
]
