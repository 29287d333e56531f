"""Sets the scene: the account, its people, its source, its live campaign; what is there already stays as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from antiphon.accounts import verbs as accounts
from antiphon.accounts.models import Account, Membership, Skill
from antiphon.campaigns import verbs as campaigns
from antiphon.campaigns.models import Campaign
from antiphon.campaigns.types import NewCampaign, NewEngagement
from antiphon.demo import story
from antiphon.kit.db import account
from antiphon.providers import verbs as providers
from antiphon.providers.models import Source

ACTOR = "command"


@dataclass(frozen=True, slots=True)
class Setting:
    """The demo account as it stands."""

    account: Account
    source: Source
    skill_id: int
    people: dict[str, Membership]


def set_the_scene(*, at: datetime) -> Setting:
    """Make what is missing of account, skill, people and source."""
    found = Account.objects.filter(name=story.ACCOUNT).first() or accounts.create_account(story.ACCOUNT, actor=ACTOR, at=at)
    accounts.enable_app(found.id, "cm", actor=ACTOR, at=at)
    with account(found.id):
        skill = Skill.objects.filter(account_id=found.id, name=story.SKILL, removed_at=None).first()
        skill = skill or accounts.create_skill(found.id, name=story.SKILL, actor=ACTOR, at=at)
        every = list(Skill.objects.filter(account_id=found.id, removed_at=None).values_list("id", flat=True))
        people = {person.name: _person(found.id, person, skills=every, at=at) for person in story.PEOPLE}
        source = Source.objects.filter(account_id=found.id, app="cm", disconnected_at=None).order_by("id").first()
        return Setting(found, source or _connected(found.id, skill.id, at=at), skill.id, people)


def publish_live_campaign(setting: Setting, external_campaign: str, *, at: datetime) -> Campaign:
    """Have the live campaign that the sandbox's broadcast belongs to: from three days ago, for two weeks."""
    today = at.astimezone(ZoneInfo(setting.account.time_zone)).date()
    new = NewCampaign(
        name=story.LIVE,
        time_zone=setting.account.time_zone,
        starts_on=today - timedelta(days=3),
        ends_on=today + timedelta(days=14),
        goal_kind="service",
    )
    return publish(setting, new, external_campaign, note=story.LIVE_NOTE, at=at)


def publish(setting: Setting, new: NewCampaign, external_campaign: str, *, note: str, at: datetime) -> Campaign:
    """Have a published campaign of that name with one engagement on an external campaign."""
    account_id = setting.account.id
    with account(account_id):
        known = Campaign.objects.filter(account_id=account_id, name=new.name).first()
        if known is not None:
            return known
        entry_point, _ = campaigns.create_entry_point(
            account_id, source_id=setting.source.id, kind="campaign_id", value=external_campaign, name=new.name, actor=ACTOR, at=at
        )
        made = campaigns.create_campaign(account_id, new, actor=ACTOR, at=at)
        engagement = NewEngagement(
            name=new.name,
            source_id=setting.source.id,
            skill_id=setting.skill_id,
            language="en",
            note=note,
            entry_point_ids=[entry_point.id],
        )
        campaigns.create_engagement(account_id, made.id, engagement, actor=ACTOR, at=at)
        return campaigns.set_state(account_id, made.id, "published", actor=ACTOR, at=at)


def _person(account_id: int, person: story.Person, *, skills: list[int], at: datetime) -> Membership:
    known = Membership.objects.filter(account_id=account_id, user__email=person.email).first()
    return known or accounts.create_person(
        account_id,
        email=person.email,
        name=person.name,
        role=person.role,
        skills=skills if person.has_skills else (),
        password=story.PASSWORD,
        actor=ACTOR,
        at=at,
    )


def _connected(account_id: int, skill_id: int, *, at: datetime) -> Source:
    new = providers.NewSource(
        app="cm",
        name="CM",
        product_token=story.SANDBOX_TOKEN,
        numbers=[story.NUMBER],
        default_skill_id=skill_id,
        default_language="en",
    )
    return providers.connect(account_id, new, actor=ACTOR, at=at)
