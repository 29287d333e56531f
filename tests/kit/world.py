"""The cast of the tests, made with the verbs that production uses: tenant North, and South, who must never see North."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from antiphon.accounts import verbs as accounts
from antiphon.accounts.models import Account, Membership, Skill
from antiphon.campaigns import verbs as campaigns
from antiphon.campaigns.models import Campaign, Engagement, EntryPoint
from antiphon.campaigns.types import NewCampaign, NewEngagement
from antiphon.kit.db import account
from antiphon.providers import verbs as providers
from antiphon.providers.models import Source, SourceSecret
from tests.kit.clock import START, Clock

CLEO = "+31611111111"  # replied
MIA = "+31622222222"  # did not
OTTO = "+31633333333"  # opted out
PEOPLE = {
    "Ada": ("agent", ("care", "sales")),
    "Ben": ("agent", ("care",)),
    "Sol": ("supervisor", ()),
    "Cam": ("campaign_manager", ()),
    "Ana": ("administrator", ()),
    "Lyn": ("analyst", ()),
}
ACTOR = "command"


@dataclass
class Tenant:
    """One account with its people, skills and a CM source."""

    clock: Clock
    account: Account
    people: dict[str, Membership] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Return the account's id."""
        return self.account.id

    @property
    def source(self) -> Source:
        """Return the first source."""
        return self.sources[0]

    @property
    def number(self) -> str:
        """Return the number that the first source sends from."""
        return str(self.source.numbers[0])

    def secret(self, kind: str, *, source: Source | None = None) -> str:
        """Return a webhook key or notice token of a source."""
        with account(self.id):
            return SourceSecret.objects.filter(account_id=self.id, source=source or self.source, kind=kind).latest("id").value

    def connect(
        self, name: str = "CM", *, numbers: Sequence[str] = ("+3197000004410",), skill: str = "care", campaign_grouping: int = 1
    ) -> Source:
        """Connect a CM source."""
        new = providers.NewSource(
            app="cm",
            name=name,
            product_token="product-token-of-the-tests",
            numbers=numbers,
            default_skill_id=self.skills[skill].id,
            campaign_grouping=campaign_grouping,
        )
        self.sources.append(providers.connect(self.id, new, actor=ACTOR, at=self.clock()))
        return self.sources[-1]

    def skill(self, name: str) -> Skill:
        """Add a skill."""
        self.skills[name] = accounts.create_skill(self.id, name=name, actor=ACTOR, at=self.clock())
        return self.skills[name]

    def person(self, name: str, *, role: str = "agent", skills: Sequence[str] = (), password: str | None = None) -> Membership:
        """Add a person, `ada@north.example` and the like."""
        self.people[name] = accounts.create_person(
            self.id,
            email=f"{name}@{self.account.name}.example".lower(),
            name=name,
            role=role,
            skills=[self.skills[skill].id for skill in skills],
            password=password,
            actor=ACTOR,
            at=self.clock(),
        )
        return self.people[name]

    def key(self, role: str = "administrator") -> str:
        """Return the secret of an API key of this role."""
        if role not in self.keys:
            self.keys[role] = accounts.create_api_key(self.id, role=role, actor=ACTOR, at=self.clock()).secret
        return self.keys[role]

    def entry_point(self, value: str, *, source: Source | None = None) -> EntryPoint:
        """Add or find an entry point: a value that starts with + is a number, else a campaign ID."""
        kind = "phone_number" if value.startswith("+") else "campaign_id"
        source_id = (source or self.source).id
        return campaigns.create_entry_point(self.id, source_id=source_id, kind=kind, value=value, actor=ACTOR, at=self.clock())[0]

    def campaign(
        self,
        name: str = "Spring check-up",
        *,
        frame: tuple[str, str | None] = ("2026-03-24", "2026-03-25"),
        entry_points: Sequence[str] = ("C1",),
        skill: str = "care",
        language: str = "nl",
        note: str = "Book in Planner under SPRING26.",
        state: str = "published",
        goal: str = "service",
        time_zone: str = "Europe/Amsterdam",
        source: Source | None = None,
    ) -> Campaign:
        """Add a campaign with one engagement of the same name, in the given state."""
        starts_on, ends_on = (date.fromisoformat(frame[0]), date.fromisoformat(frame[1]) if frame[1] else None)
        new = NewCampaign(name=name, time_zone=time_zone, starts_on=starts_on, ends_on=ends_on, goal_kind=goal)
        made = campaigns.create_campaign(self.id, new, actor=ACTOR, at=self.clock())
        self.engagement(made, name=name, entry_points=entry_points, skill=skill, language=language, note=note, source=source)
        self.campaigns[name] = made if state == "draft" else self._brought_to(made, state)
        return self.campaigns[name]

    def engagement(
        self,
        campaign: Campaign,
        *,
        name: str,
        entry_points: Sequence[str],
        skill: str = "care",
        language: str = "nl",
        note: str = "",
        source: Source | None = None,
    ) -> Engagement:
        """Add an engagement to a campaign."""
        new = NewEngagement(
            name=name,
            source_id=(source or self.source).id,
            skill_id=self.skills[skill].id,
            language=language,
            note=note,
            entry_point_ids=[self.entry_point(value, source=source).id for value in entry_points],
        )
        self.engagements[name] = campaigns.create_engagement(self.id, campaign.id, new, actor=ACTOR, at=self.clock())
        return self.engagements[name]

    def _brought_to(self, campaign: Campaign, state: str) -> Campaign:
        """Take a draft to a state by the way it would go."""
        for step in ("published", "paused") if state == "paused" else (state,):
            campaign = campaigns.set_state(self.id, campaign.id, step, actor=ACTOR, at=self.clock())
        return campaign


@dataclass
class World:
    """North and South, at one instant."""

    clock: Clock
    north: Tenant
    south: Tenant


def build(clock: Clock | None = None) -> World:
    """Make the cast. Wants a transaction, or a database that is flushed afterwards."""
    clock = clock or Clock(START)
    return World(clock, build_north(clock), build_south(clock))


def build_north(clock: Clock) -> Tenant:
    """Make North alone."""
    north = _tenant("North", clock)
    for name in ("care", "sales"):
        north.skill(name)
    for name, (role, skills) in PEOPLE.items():
        north.person(name, role=role, skills=skills)
    north.connect()
    return north


def build_south(clock: Clock) -> Tenant:
    """Make South alone."""
    south = _tenant("South", clock)
    south.skill("care")
    south.person("Zed", skills=("care",))
    south.person("Zoe", role="administrator")
    south.connect(numbers=("+3197000005520",))
    return south


def _tenant(name: str, clock: Clock) -> Tenant:
    made = accounts.create_account(name, actor=ACTOR, at=clock())
    accounts.enable_app(made.id, "cm", actor=ACTOR, at=clock())
    return Tenant(clock, made)
