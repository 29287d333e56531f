"""The Django application of this step."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.routing"
    label = "routing"
    default_auto_field = "django.db.models.BigAutoField"
