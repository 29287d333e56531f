"""The Django application of this step."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
