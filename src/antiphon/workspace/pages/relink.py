"""Relinking: conversations that began unlinked and that the rule would link now, looked at before they are linked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from antiphon.attribution.relink import Relinkable
from antiphon.attribution.verbs import relinkable
from antiphon.campaigns.library import entry_point_in
from antiphon.campaigns.models import Engagement
from antiphon.campaigns.store import campaign_in
from antiphon.kit.db import Database, rows, sql
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import UNFINISHED, begin, latest
from antiphon.workspace import words
from antiphon.workspace.access import Visit
from antiphon.workspace.pages.tasks import TaskItem, item, items
from antiphon.workspace.words import Word

_HERE = "antiphon.workspace"
_SHOWN = 50
_COUNTED = 1_000
_ASKED = 2_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What conversations would be linked to: the engagements of a campaign, or those that have an entry point."""

    word: str
    id: int
    name: str

    @property
    def subject(self) -> str:
        """Return what the task is about."""
        return f"{self.word}:{self.id}"

    @property
    def url(self) -> str:
        """Return the page of the campaign or entry point."""
        return reverse(self.word.replace("_", "-"), args=[self.id])

    @property
    def offer_url(self) -> str:
        """Return the page that offers it."""
        return reverse(f"{self.word.replace('_', '-')}-relink", args=[self.id])

    @property
    def post_url(self) -> str:
        """Return where it is asked for."""
        return reverse(f"{self.word.replace('_', '-')}-relinking", args=[self.id])


@dataclass(frozen=True, slots=True)
class RelinkRow:
    """A conversation that would be linked."""

    id: UUID
    phone: str
    started_at: datetime
    text: str
    state: Word
    engagement: str


@dataclass(frozen=True, slots=True)
class RelinkPage:
    """What would be linked; `is_complete` is False when there may be more than `count`.

    `task` is the last relinking of this scope, `mapping` late mapping that is under way in the account.
    """

    at: datetime
    scope: Scope
    count: int
    is_complete: bool
    rows: list[RelinkRow]
    task: TaskItem | None
    mapping: TaskItem | None

    @property
    def is_moving(self) -> bool:
        """Return whether relinking is under way."""
        return self.task is not None and self.task.is_moving


def scope_of(visit: Visit, *, campaign_id: int | None = None, entry_point_id: int | None = None) -> Scope:
    """Return a campaign or an entry point of the account. Raises Missing."""
    if campaign_id is not None:
        return Scope("campaign", campaign_id, campaign_in(visit.account_id, campaign_id).name)
    found = entry_point_in(visit.account_id, entry_point_id or 0)
    return Scope("entry_point", found.pk, str(found))


def relink_page(db: Database, visit: Visit, scope: Scope, *, at: datetime) -> RelinkPage:
    """Return what would be linked; while it is being linked, only how far that is."""
    task = latest(visit.account_id, "relink", scope.subject)
    shown, mapping = item(visit, task, at=at) if task else None, _mapping(visit, at=at)
    if task is not None and task.state in UNFINISHED:
        return RelinkPage(at, scope, 0, is_complete=True, rows=[], task=shown, mapping=mapping)
    found = relinkable(db, visit.account_id, **_asked(scope), limit=_COUNTED, asked_at_most=_ASKED)
    return RelinkPage(at, scope, len(found), found.is_complete, _rows(db, visit, found), shown, mapping)


def ask_for(visit: Visit, scope: Scope, *, at: datetime) -> Task:
    """Have the conversations of a scope relinked; one that is under way is not begun twice."""
    arguments = {scope.word: scope.id}
    return begin(visit.account_id, "relink", subject=scope.subject, arguments=arguments, actor=visit.actor, at=at)


def _mapping(visit: Visit, *, at: datetime) -> TaskItem | None:
    task = latest(visit.account_id, "late_mapping")
    return next(iter(items(visit, [task], at=at)), None) if task and task.state in UNFINISHED else None


def _asked(scope: Scope) -> dict[str, int]:
    return {f"{scope.word}_id": scope.id}


def _rows(db: Database, visit: Visit, found: Relinkable) -> list[RelinkRow]:
    ids = found.conversation_ids[:_SHOWN]
    told = rows(db, sql(_HERE, "relinked"), {"account": visit.account_id, "ids": ids}) if ids else []
    named = Engagement.objects.filter(account_id=visit.account_id, pk__in=set(found.engagements.values()))
    names = dict(named.values_list("pk", "name"))
    return [
        RelinkRow(row.id, row.phone, row.started_at, row.text, words.CONVERSATION[row.state], names.get(found.engagements[row.id], ""))
        for row in told
    ]
