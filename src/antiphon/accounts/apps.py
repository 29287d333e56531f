"""The Django application of this step."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
