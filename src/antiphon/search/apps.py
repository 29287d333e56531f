"""The Django application of this step."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
