"""Every address that Django answers: each step brings its own."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("antiphon.api.urls")),
    path("", include("antiphon.accounts.urls")),
    path("", include("antiphon.workspace.urls")),
]
