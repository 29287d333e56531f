"""Tables of tenants, people and access."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class People(BaseUserManager["User"]):
    """Makes people who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a person; without a password they cannot sign in until they set one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store an operator who may use the admin site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in by e-mail address; what they may do is said by their memberships."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    sessions_ended = models.PositiveIntegerField(default=0)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()  # type: ignore[assignment]

    class Meta:
        db_table = "person"

    def get_session_auth_hash(self) -> str:
        """Return what every session of this person must hold: another one ends those that are open."""
        return f"{super().get_session_auth_hash()}.{self.sessions_ended}"


class Role(models.TextChoices):
    """What a person or key may do; the permission table says which role may do what."""

    ADMINISTRATOR = "administrator"
    CAMPAIGN_MANAGER = "campaign_manager"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    ANALYST = "analyst"


class Account(models.Model):
    """A tenant: one brand."""

    name = models.CharField(max_length=200, unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/Amsterdam")
    home_region = models.CharField(max_length=2, blank=True, default="")
    conversion_window_days = models.PositiveSmallIntegerField(default=31)
    next_engagement_number = models.PositiveIntegerField(default=1)
    is_automatic = models.BooleanField(default=True)
    languages = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.name


class InAccount(models.Model):
    """A configuration row of one account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class AppGrant(InAccount):
    """An app that the operator enabled for the account (available), and when the administrator installed it."""

    app = models.CharField(max_length=32)
    enabled_at = models.DateTimeField()
    installed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "app_grant"
        constraints = [models.UniqueConstraint(fields=["account", "app"], name="app_grant_once")]


class Skill(InAccount):
    """What an agent must have to take a conversation; conversations wait in its queue."""

    name = models.CharField(max_length=100)
    response_target_seconds = models.PositiveIntegerField(default=900)
    auto_close_seconds = models.PositiveIntegerField(null=True, default=72 * 3600)
    return_seconds = models.PositiveIntegerField(null=True, default=None)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "skill"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="skill_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an account, with a role. Read before the account is known: no row-level security."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    capacity = models.PositiveSmallIntegerField(default=8)
    has_keys = models.BooleanField(default=True)
    skills = models.ManyToManyField(Skill, through="MembershipSkill")

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="membership_once")]

    def __str__(self) -> str:
        return self.name


class MembershipSkill(InAccount):
    """An agent has a skill."""

    membership = models.ForeignKey(Membership, models.CASCADE)
    skill = models.ForeignKey(Skill, models.CASCADE)

    class Meta:
        db_table = "membership_skill"
        constraints = [models.UniqueConstraint(fields=["account", "membership", "skill"], name="membership_skill_once")]


class ApiKey(models.Model):
    """An API key: shown once, stored as a SHA-256 of 192 random bits. Read before the account is known: no row-level security."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, blank=True, default="")
    role = models.CharField(max_length=20, choices=Role.choices)
    prefix = models.CharField(max_length=12)
    key_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"


class Invitation(models.Model):
    """A link by which a person joins an account: only its hash is kept. Read before the account is known: no row-level security."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices)
    skill_ids = models.JSONField(default=list)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"


class CannedAnswer(InAccount):
    """A text that agents insert by its shortcut; without a skill or language it is for all."""

    shortcut = models.CharField(max_length=32)
    name = models.CharField(max_length=100)
    text = models.TextField()
    skill = models.ForeignKey(Skill, models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=16, blank=True, default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "canned_answer"
        constraints = [models.UniqueConstraint(fields=["account", "shortcut", "language"], name="canned_answer_shortcut_once")]

    def __str__(self) -> str:
        return self.name


class AuditEntry(InAccount):
    """Who changed what, append-only. `actor` is `membership:7`, `api_key:3` or `command`."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        indexes = [models.Index(fields=["account", "-at"], name="audit_by_time")]


class IdempotentResponse(InAccount):
    """The stored response of a POST that carried an Idempotency-Key."""

    key_id = models.BigIntegerField()
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=16)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "idempotent_response"
        constraints = [models.UniqueConstraint(fields=["account", "key_id", "idempotency_key"], name="idempotency_key_once")]


class Allowance(models.Model):
    """How often something may still be done, under the name of who does it: `has` at an instant, filling up since."""

    name = models.CharField(max_length=64, primary_key=True)
    has = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "allowance"

    def __str__(self) -> str:
        return self.name
