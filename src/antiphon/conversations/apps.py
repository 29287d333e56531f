"""The Django application of this step."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.conversations"
    label = "conversations"
    default_auto_field = "django.db.models.BigAutoField"
