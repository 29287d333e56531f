"""The Django application of this step."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.metrics"
    label = "metrics"
    default_auto_field = "django.db.models.BigAutoField"
