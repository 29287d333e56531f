"""The Django application of this step."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.providers"
    label = "providers"
    default_auto_field = "django.db.models.BigAutoField"
