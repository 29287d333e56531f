"""The Django application of this step."""

from django.apps import AppConfig


class AttributionConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.attribution"
    label = "attribution"
    default_auto_field = "django.db.models.BigAutoField"
