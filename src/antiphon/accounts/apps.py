"""The Django application of this step."""

from django.apps import AppConfig
from django.utils.translation import gettext

from antiphon.kit import problems


class AccountsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have problems told in the language of whoever is served."""
        problems.speak(gettext)
