"""The Django application of this step."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"
