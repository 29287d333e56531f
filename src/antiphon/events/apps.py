"""The Django application of this step."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
