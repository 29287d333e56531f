"""The API as a Django app: its documentation page is a template."""

from django.apps import AppConfig


class Api(AppConfig):
    """REST under `/api/v1`."""

    name = "antiphon.api"
    label = "api"
