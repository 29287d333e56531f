"""Tables of campaigns, engagements and entry points, with their versions."""

from django.db import models

from antiphon.accounts.models import InAccount, Skill
from antiphon.providers.models import Source


class State(models.TextChoices):
    """Where a campaign stands. What pages call a published one follows from its frame."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Goal(models.TextChoices):
    """What a campaign wants."""

    CONVERSATION = "conversation"
    LEAD = "lead"
    SALE = "sale"
    SERVICE = "service"
    OTHER = "other"


class Campaign(InAccount):
    """A goal, a time frame and engagements. `starts_at <= t < ends_at` is in frame; no `ends_at` is an open end."""

    name = models.CharField(max_length=200)
    type = models.CharField(max_length=16, default="outbound")
    goal_kind = models.CharField(max_length=16, choices=Goal.choices, default=Goal.CONVERSATION)
    goal_target = models.PositiveIntegerField(null=True)
    time_zone = models.CharField(max_length=64)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "campaign"
        indexes = [
            models.Index(fields=["account", "state"], name="campaign_by_state"),
            models.Index(fields=["account", "starts_at", "id"], name="campaign_by_start"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignVersion(InAccount):
    """What a campaign was from `at` until the next version: publishing, pausing, archiving and edits are rows."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    goal_kind = models.CharField(max_length=16)
    goal_target = models.PositiveIntegerField(null=True)
    time_zone = models.CharField(max_length=64)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16)

    class Meta:
        db_table = "campaign_version"
        constraints = [models.UniqueConstraint(fields=["account", "campaign", "version"], name="campaign_version_once")]


class EntryPoint(InAccount):
    """How a reply finds its engagement: an external campaign ID or a sending number, in the account's library.

    One that was taken out of the library stays for what it was found by.
    """

    class Kind(models.TextChoices):
        """What the value is."""

        CAMPAIGN_ID = "campaign_id"
        PHONE_NUMBER = "phone_number"

    source = models.ForeignKey(Source, models.CASCADE, related_name="entry_points")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "entry_point"
        constraints = [models.UniqueConstraint(fields=["account", "source", "kind", "key"], name="entry_point_once")]

    def __str__(self) -> str:
        return self.name or self.value


class Engagement(InAccount):
    """What a reply is linked to; numbered in order of creation per account. A removed one stays for what it was linked to."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="engagements")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    source = models.ForeignKey(Source, models.PROTECT, related_name="engagements")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="engagements")
    language = models.CharField(max_length=16)
    note = models.TextField(blank=True, default="")
    enabled = models.BooleanField(default=True)
    entry_points = models.ManyToManyField(EntryPoint, through="EngagementEntryPoint", related_name="engagements")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "engagement"
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="engagement_number_once")]

    def __str__(self) -> str:
        return self.name


class EngagementEntryPoint(InAccount):
    """An engagement claims an entry point."""

    engagement = models.ForeignKey(Engagement, models.CASCADE)
    entry_point = models.ForeignKey(EntryPoint, models.PROTECT)

    class Meta:
        db_table = "engagement_entry_point"
        constraints = [models.UniqueConstraint(fields=["account", "entry_point", "engagement"], name="engagement_entry_point_once")]


class EngagementVersion(InAccount):
    """What an engagement was from `at` until the next version, its entry points included."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    source_id = models.BigIntegerField()
    skill_id = models.BigIntegerField()
    language = models.CharField(max_length=16)
    note = models.TextField(blank=True)
    enabled = models.BooleanField()
    entry_point_ids = models.JSONField(default=list)
    is_removed = models.BooleanField(default=False)

    class Meta:
        db_table = "engagement_version"
        constraints = [models.UniqueConstraint(fields=["account", "engagement", "version"], name="engagement_version_once")]
