"""The Django application of this step."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.tasks"
    label = "tasks"
    default_auto_field = "django.db.models.BigAutoField"
