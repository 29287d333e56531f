"""The Django application of this package."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """How long everything is kept."""

    name = "antiphon.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
