"""Tables of conversations, answers and what happened to them."""

from django.db import models

from antiphon.conversations.types import AnswerState
from antiphon.kit.tables import Fact, fact_reference


class Conversation(Fact):
    """One consumer on one source, from the reply that starts it to its close."""

    source_id = models.BigIntegerField()
    consumer_id = models.UUIDField()
    consumer = fact_reference("consumers.Consumer", "consumer_id", related_name="conversations")
    state = models.CharField(max_length=16)
    turn = models.CharField(max_length=16)
    agent = models.ForeignKey("accounts.Membership", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+")
    skill = models.ForeignKey("accounts.Skill", models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    first_skill_id = models.BigIntegerField()
    is_transferred = models.BooleanField(default=False, db_default=False)
    language = models.CharField(max_length=16)
    note = models.TextField(blank=True)
    verdict = models.CharField(max_length=32)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+")
    engagement = models.ForeignKey("campaigns.Engagement", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+")
    engagement_version = models.IntegerField(null=True)
    entry_point = models.ForeignKey(
        "campaigns.EntryPoint", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    notice_id = models.UUIDField(null=True)
    goal_kind = models.CharField(max_length=16, blank=True)
    is_linked_by_person = models.BooleanField(default=False, db_default=False)
    opening_reply_id = models.UUIDField()
    opening_replied_at = models.DateTimeField()
    opening_dedupe_key = models.BinaryField(max_length=16)
    started_at = models.DateTimeField()
    last_replied_at = models.DateTimeField()
    last_to_number = models.CharField(max_length=64)
    last_text = models.TextField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    leaving_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_agent_id = models.BigIntegerField(null=True)
    assigned_at = models.DateTimeField(null=True)
    assigned_skill_id = models.BigIntegerField(null=True)
    assigned_agent_id = models.BigIntegerField(null=True)
    handled_at = models.DateTimeField(null=True)
    handled_skill_id = models.BigIntegerField(null=True)
    handled_agent_id = models.BigIntegerField(null=True)
    interactive_at = models.DateTimeField(null=True)
    interactive_skill_id = models.BigIntegerField(null=True)
    interactive_agent_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=16, blank=True, default="", db_default="")
    closed_by_membership_id = models.BigIntegerField(null=True)
    outcome = models.JSONField(null=True)

    class Meta:
        db_table = "conversation"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source_id", "consumer_id"], name="conversation_open_once", condition=~models.Q(state="closed")
            ),
        ]
        indexes = [
            models.Index(fields=["account", "skill", "due_at"], name="conversation_queue", condition=models.Q(state="queued")),
            models.Index(fields=["account", "agent", "due_at"], name="conversation_of_agent", condition=models.Q(state="assigned")),
            models.Index(fields=["account", "started_at", "id"], name="conversation_by_start"),
            models.Index(fields=["account", "consumer_id", "started_at"], name="conversation_by_consumer"),
            models.Index(
                fields=["account", "campaign", "started_at"], name="conversation_by_campaign", condition=models.Q(campaign__isnull=False)
            ),
            models.Index(
                fields=["account", "leaving_at"],
                name="conversation_leaving",
                condition=models.Q(leaving_at__isnull=False) & ~models.Q(state="closed"),
            ),
            models.Index(
                fields=["account", "last_at"], name="conversation_idle", condition=models.Q(turn="consumer") & ~models.Q(state="closed")
            ),
        ]


class Step(Fact):
    """Something that happened to a conversation, with who and when: taken, transferred, queued, linked, closed, reopened."""

    conversation_id = models.UUIDField()
    conversation = fact_reference("conversations.Conversation", "conversation_id", related_name="steps")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    from_skill_id = models.BigIntegerField(null=True)
    to_skill_id = models.BigIntegerField(null=True)
    from_agent_id = models.BigIntegerField(null=True)
    to_agent_id = models.BigIntegerField(null=True)
    engagement_id = models.BigIntegerField(null=True)
    detail = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "conversation_step"
        indexes = [models.Index(fields=["account", "conversation_id", "at"], name="step_by_conversation")]


class Answer(Fact):
    """One outbound text written by an agent. Counts from when the provider accepted it, at `created_at`."""

    conversation_id = models.UUIDField()
    conversation = fact_reference("conversations.Conversation", "conversation_id", related_name="answers")
    consumer_id = models.UUIDField()
    source_id = models.BigIntegerField()
    agent_id = models.BigIntegerField(null=True)
    skill_id = models.BigIntegerField()
    from_number = models.CharField(max_length=64)
    text = models.TextField()
    reference = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    is_accepted = models.BooleanField(default=False, db_default=False)
    is_overdue = models.BooleanField(default=False, db_default=False)
    first_unanswered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, default=AnswerState.DISPATCHING)
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=32, blank=True, default="", db_default="")
    detail = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "answer"
        constraints = [models.UniqueConstraint(fields=["account", "reference"], name="answer_reference_once")]
        indexes = [
            models.Index(fields=["account", "conversation_id", "created_at"], name="answer_by_conversation"),
            models.Index(fields=["account", "created_at"], name="answer_dispatching", condition=models.Q(state="dispatching")),
        ]


class Conversion(Fact):
    """A goal that was reached, credited to a conversation; the window in force is stored with it."""

    conversation_id = models.UUIDField()
    conversation = fact_reference("conversations.Conversation", "conversation_id", related_name="conversions")
    closed_conversation_id = models.UUIDField(null=True)
    consumer_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    own_id = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    skill_id = models.BigIntegerField(null=True)
    agent_id = models.BigIntegerField(null=True)
    window_days = models.PositiveSmallIntegerField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "conversion"
        constraints = [
            models.UniqueConstraint(fields=["account", "own_id"], name="conversion_own_id_once", condition=~models.Q(own_id="")),
        ]
        indexes = [models.Index(fields=["account", "conversation_id"], name="conversion_by_conversation")]
