"""The Django application of this step."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Tables of this step."""

    name = "antiphon.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
