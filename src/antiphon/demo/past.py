"""Plays an ended campaign through the line: webhooks with the receipt times they would have had, answers and closes between them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from antiphon.campaigns.models import Campaign
from antiphon.campaigns.types import NewCampaign
from antiphon.conversations import verbs
from antiphon.conversations.delivery import Said, raise_answers
from antiphon.conversations.models import Conversation
from antiphon.conversations.types import AnswerState, State
from antiphon.demo import story
from antiphon.demo.setting import Setting, publish
from antiphon.events.verbs import record
from antiphon.intake import arrivals
from antiphon.kit.db import Database, account, run
from antiphon.kit.ids import uuid7
from antiphon.metrics.verbs import counting
from antiphon.providers.protocol import Hook, HookKind, SourceSettings
from antiphon.providers.verbs import notice_token, settings_of
from antiphon.sandbox import payloads
from antiphon.sandbox.state import Text

_STARTED, _LASTED = timedelta(days=24), timedelta(days=12)
_BEFORE = timedelta(days=2)
_FIRST = 31_600_470_000


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, and when."""

    at: datetime
    do: Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it is played: one transaction of the account."""

    db: Database
    setting: Setting
    source: SourceSettings
    token: str


def play(setting: Setting, *, at: datetime) -> bool:
    """Play the ended campaign, all of it or nothing; False when it was played before."""
    with account(setting.account.id) as db:
        if Campaign.objects.filter(account_id=setting.account.id, name=story.ENDED).exists():
            return False
        sent_at = _morning(setting, at - _STARTED)
        run(db, "select ensure_partitions(%(first)s::date, %(last)s::date)", {"first": sent_at - _BEFORE, "last": at})
        _publish(setting, sent_at)
        stage = Stage(db, setting, settings_of(setting.source), notice_token(setting.source))
        for step in sorted(_steps(stage, sent_at), key=lambda step: step.at):
            step.do(step.at)
    return True


def _morning(setting: Setting, day: datetime) -> datetime:
    zone = ZoneInfo(setting.account.time_zone)
    return datetime.combine(day.astimezone(zone).date(), time(10), tzinfo=zone)


def _publish(setting: Setting, sent_at: datetime) -> None:
    new = NewCampaign(
        name=story.ENDED,
        time_zone=setting.account.time_zone,
        starts_on=sent_at.date(),
        ends_on=(sent_at + _LASTED).date(),
        goal_kind="sale",
    )
    publish(setting, new, story.ENDED_CAMPAIGN, note=story.ENDED_NOTE, at=sent_at - timedelta(hours=20))


def _steps(stage: Stage, sent_at: datetime) -> list[Step]:
    steps = []
    for place in range(story.RECIPIENTS):
        told_at = sent_at + timedelta(seconds=place // 4)
        steps.append(Step(told_at, partial(_told, stage, place)))
        steps.append(Step(told_at + timedelta(seconds=30), partial(_reported, stage, place)))
    steps += [Step(sent_at + timedelta(minutes=11 * place), partial(_wrote, stage, place, "STOP")) for place in story.LEFT]
    for talk in story.TALKS:
        steps += _talk(stage, talk, sent_at + talk.after)
    return steps


def _talk(stage: Stage, talk: story.Talk, at: datetime) -> list[Step]:
    steps = [Step(at, partial(_wrote, stage, talk.place, talk.says))]
    if talk.answer:
        steps.append(Step(at + talk.waited, partial(_answered, stage, talk)))
    if talk.thanks:
        steps.append(Step(at + talk.waited + timedelta(minutes=3), partial(_wrote, stage, talk.place, talk.thanks)))
    return [*steps, Step(at + talk.waited + timedelta(minutes=9), partial(_closed, stage, talk))]


def _told(stage: Stage, place: int, at: datetime) -> None:
    text = Text("text", story.ENDED_TEXT, at, story.NUMBER, groupings=(story.ENDED_CAMPAIGN, "", ""))
    _took(stage, HookKind.NOTICE, payloads.notice(text, to=_number(place), token=stage.token), at)


def _reported(stage: Stage, place: int, at: datetime) -> None:
    error = 1 if place in story.UNDELIVERED else 0
    _took(stage, HookKind.REPORT, payloads.report(to=_number(place), reference=f"{place:032x}", at=at, error=error), at)


def _wrote(stage: Stage, place: int, words: str, at: datetime) -> None:
    _took(stage, HookKind.REPLY, payloads.reply(Text("reply", words, at, story.NUMBER), phone=_number(place), generation="new"), at)


def _took(stage: Stage, kind: HookKind, body: bytes, at: datetime) -> None:
    """Take one webhook in, as the edge does."""
    hook = Hook(kind, body, {}, "", at)
    arrived = arrivals.arrived(hook, arrival_id=uuid7(at), source=stage.source, headers="")
    account_id = stage.setting.account.id
    arrivals.store(stage.db, account_id, [arrived], sources={stage.source.id: stage.source}, at=at)


def _answered(stage: Stage, talk: story.Talk, at: datetime) -> None:
    """Answer as the agent, and have it delivered: this one never leaves for the provider."""
    account_id, agent = stage.setting.account.id, stage.setting.people[talk.agent]
    talk_id = _conversation(stage, talk.place).id
    made = verbs.answer(stage.db, account_id, talk_id, agent_id=agent.id, actor=f"membership:{agent.id}", text=talk.answer, at=at)
    with counting(stage.db, account_id) as tally:
        said = Said(state=AnswerState.DELIVERED, received_at=at + timedelta(seconds=4))
        record(stage.db, account_id, raise_answers(stage.db, account_id, {made: said}, tally=tally))


def _closed(stage: Stage, talk: story.Talk, at: datetime) -> None:
    agent = stage.setting.people[talk.agent or "Sol"]
    outcome = verbs.Outcome(is_goal_reached=True, amount=Decimal(talk.value), currency="EUR") if talk.is_booked else None
    verbs.close(
        stage.db,
        stage.setting.account.id,
        _conversation(stage, talk.place).id,
        actor=f"membership:{agent.id}",
        at=at,
        outcome=outcome or verbs.Outcome(is_goal_reached=False),
        member_id=agent.id,
    )


def _conversation(stage: Stage, place: int) -> Conversation:
    found = Conversation.objects.filter(account_id=stage.setting.account.id, consumer__phone=_number(place))
    return found.exclude(state=State.CLOSED).get()


def _number(place: int) -> str:
    return f"+{_FIRST + place}"
