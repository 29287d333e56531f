"""The API put together: one router per resource."""

from importlib.metadata import version

from ninja import NinjaAPI

from antiphon.api import (
    attribution,
    audit,
    campaigns,
    consumers,
    conversations,
    conversions,
    engagements,
    events,
    exports,
    heard,
    library,
    metrics,
    notices,
    opt_outs,
    people,
    problems,
    relinking,
    reports,
    retention,
    routing,
    searches,
    skills,
    sources,
    tasks,
    webhooks,
)

_ROUTERS = (
    skills.router,
    people.router,
    audit.router,
    sources.router,
    heard.router,
    engagements.router,
    library.router,
    campaigns.router,
    notices.router,
    conversations.router,
    searches.router,
    attribution.router,
    relinking.router,
    routing.router,
    tasks.router,
    exports.router,
    consumers.router,
    opt_outs.router,
    conversions.router,
    events.router,
    webhooks.router,
    metrics.router,
    reports.router,
    retention.router,
)

api = NinjaAPI(
    title="Antiphon",
    version=version("antiphon"),
    description="Send Authorization: Bearer and an API key. Errors are problem documents that say what to do. "
    "Lists are pages: next goes into cursor. A POST may carry an Idempotency-Key, an edit an If-Match.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
for router in _ROUTERS:
    api.add_router("", router)
problems.answer_with_problems(api)
