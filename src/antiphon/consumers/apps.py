"""The Django application of this step."""

from django.apps import AppConfig


class ConsumersConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.consumers"
    label = "consumers"
    default_auto_field = "django.db.models.BigAutoField"
