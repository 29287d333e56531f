"""The pages as a Django app."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """Pages of the people who use an account."""

    name = "antiphon.workspace"
    label = "workspace"
