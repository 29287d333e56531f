"""Long work as pages show it: how far it is, what came of it, where its result is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from antiphon.accounts.models import Membership
from antiphon.campaigns.models import Campaign, EntryPoint
from antiphon.providers.models import Source
from antiphon.tasks.kinds import ACTIONS
from antiphon.tasks.models import Task
from antiphon.tasks.verbs import UNFINISHED, recent
from antiphon.workspace.access import Visit
from antiphon.workspace.words import Word

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work: its name, what it counts, and its result in a sentence."""

    name: str | Promise
    counted: Callable[[int], str]
    said: Callable[[Result], str]


def _looked_through(result: Mapping[str, Any]) -> str:
    emptied = int(result.get("emptied", 0))
    return ngettext("%(count)d place that held the number was emptied.", "%(count)d places that held the number were emptied.", emptied) % {
        "count": emptied
    }


def _mapped(result: Result) -> str:
    text = ngettext("%(count)s notice or reply is counted now.", "%(count)s notices and replies are counted now.", result["mapped"])
    return text % {"count": f"{result['mapped']:,}"}


def _relinked(result: Result) -> str:
    text = ngettext("%(count)s conversation is linked now.", "%(count)s conversations are linked now.", result["relinked"])
    said = text % {"count": f"{result['relinked']:,}"}
    if not result["left"]:
        return said
    left = ngettext("%(count)s changed meanwhile and was left alone.", "%(count)s changed meanwhile and were left alone.", result["left"])
    rest = left % {"count": f"{result['left']:,}"}
    return f"{said} {rest}"


def _uploaded(result: Result) -> str:
    parts = [
        (ngettext("%(count)s notice stored", "%(count)s notices stored", result["stored"]), result["stored"]),
        (ngettext("%(count)s known already", "%(count)s known already", result["copies"]), result["copies"]),
        (ngettext("%(count)s line not taken", "%(count)s lines not taken", result["failed"]), result["failed"]),
    ]
    return ", ".join(text % {"count": f"{count:,}"} for text, count in parts if count or text == parts[0][0]) + "."


def _exported(result: Result) -> str:
    if not result["rows"]:
        return _("There was nothing to export.")
    rows = ngettext("%(count)s row exported.", "%(count)s rows exported.", result["rows"])
    return rows % {"count": f"{result['rows']:,}"}


KINDS: dict[str, Kind] = {
    "erase_consumer": Kind(
        gettext_lazy("Looking for what is left of an erased consumer"),
        lambda count: ngettext("row", "rows", count),
        _looked_through,
    ),
    "export_conversations": Kind(
        gettext_lazy("Exporting conversations"),
        lambda count: ngettext("conversation", "conversations", count),
        _exported,
    ),
    "export_facts": Kind(
        gettext_lazy("Exporting facts"),
        lambda count: ngettext("file", "files", count),
        _exported,
    ),
    "export_list": Kind(gettext_lazy("Exporting a list"), lambda count: ngettext("row", "rows", count), _exported),
    "export_people": Kind(gettext_lazy("Exporting a list"), lambda count: ngettext("row", "rows", count), _exported),
    "invitation": Kind(
        gettext_lazy("Sending an invitation"),
        lambda count: ngettext("e-mail", "e-mails", count),
        lambda _result: _("The mail server took it."),
    ),
    "late_mapping": Kind(
        gettext_lazy("Counting what came earlier"),
        lambda count: ngettext("notice or reply", "notices and replies", count),
        _mapped,
    ),
    "relink": Kind(
        gettext_lazy("Relinking conversations"),
        lambda count: ngettext("conversation", "conversations", count),
        _relinked,
    ),
    "upload_notices": Kind(
        gettext_lazy("Notices from a file"),
        lambda count: ngettext("line", "lines", count),
        _uploaded,
    ),
}
"""What pages know of each kind of `tasks.kinds`."""
STATES = {
    "waiting": Word(gettext_lazy("Waiting"), "hourglass", "queued"),
    "running": Word(gettext_lazy("Running"), "rotate-clockwise", "scheduled"),
    "done": Word(gettext_lazy("Done"), "circle-check", "delivered"),
    "failed": Word(gettext_lazy("Failed"), "alert-circle", "failed"),
    "cancelled": Word(gettext_lazy("Cancelled"), "ban", "closed"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a task is about: a campaign, an entry point, a source."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class TaskItem:
    """One task: `is_moving` while it waits or runs, `share` and `far` as far as that is known."""

    at: datetime
    id: int
    name: str | Promise
    about: About | None
    state: Word
    is_moving: bool
    share: int | None
    far: str
    said: str
    error: str
    began_at: datetime
    changed_at: datetime
    by: str
    file: str
    size: str
    expires_at: datetime | None
    is_expired: bool
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class TasksPage:
    """The account's long work, newest first; `is_moving` while any of it is."""

    at: datetime
    tasks: list[TaskItem]
    is_moving: bool


def may_see(visit: Visit, task: Task) -> bool:
    """Return whether the role may see a task, and then cancel and repeat it; nobody sees a kind that has no row here."""
    return task.kind in KINDS and visit.may(ACTIONS[task.kind])


def tasks_page(visit: Visit, *, at: datetime) -> TasksPage:
    """Return the newest long work that the role may see."""
    shown = items(visit, recent(visit.account_id), at=at)
    return TasksPage(at, shown, is_moving=any(one.is_moving for one in shown))


def item(visit: Visit, task: Task, *, at: datetime) -> TaskItem:
    """Return one task as pages show it."""
    return items(visit, [task], at=at)[0]


def items(visit: Visit, tasks: Iterable[Task], *, at: datetime) -> list[TaskItem]:
    """Return tasks as pages show them, those that the role may see, by a fixed number of queries."""
    seen = [task for task in tasks if may_see(visit, task)]
    names, about = _names(visit, seen), _about(visit, seen)
    return [_item(task, by=names.get(task.actor, ""), about=about.get(task.subject), at=at) for task in seen]


def _item(task: Task, *, by: str, about: About | None, at: datetime) -> TaskItem:
    kind, is_done = KINDS[task.kind], task.state == Task.State.DONE
    is_expired = task.expires_at is not None and task.expires_at <= at
    share = min(100, 100 * task.done // task.total) if task.total else None
    return TaskItem(
        at=at,
        id=task.pk,
        name=kind.name,
        about=about,
        state=STATES[task.state],
        is_moving=task.state in UNFINISHED,
        share=share,
        far=_far(task, kind),
        said=kind.said(task.result) if is_done else "",
        error=task.error,
        began_at=task.created_at,
        changed_at=task.updated_at,
        by=by,
        file=str(task.result.get("file", "")) if is_done else "",
        size=_size(int(task.result.get("size", 0))),
        expires_at=task.expires_at,
        is_expired=is_expired,
        may_repeat=task.state in {Task.State.FAILED, Task.State.CANCELLED},
    )


def _far(task: Task, kind: Kind) -> str:
    if task.state == Task.State.WAITING:
        return _("Waiting for the worker")
    if not task.total and task.done:
        return _("%(done)s %(what)s so far") % {"done": f"{task.done:,}", "what": kind.counted(task.done)}
    if not task.total:
        return _("Looking what there is to do")
    given = {"done": f"{min(task.done, task.total):,}", "total": f"{task.total:,}", "what": kind.counted(task.total)}
    return _("%(done)s of %(total)s %(what)s") % given


def _size(count: int) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1000 or unit == "MB":  # noqa: PLR2004 - as disks count
            return f"{count:,.0f} {unit}" if unit == "B" or count >= 10 else f"{count:,.1f} {unit}"  # noqa: PLR2004 - two digits are enough
        count = count // 1000
    return ""


def _names(visit: Visit, tasks: Sequence[Task]) -> dict[str, str]:
    ids = {int(task.actor.partition(":")[2]) for task in tasks if task.actor.startswith("membership:")}
    found = Membership.objects.filter(account_id=visit.account_id, pk__in=ids).values_list("pk", "name") if ids else ()
    return {f"membership:{pk}": name for pk, name in found}


_ABOUT: dict[str, tuple[Any, str, str]] = {
    "campaign": (Campaign, "campaign", "campaigns.read"),
    "entry_point": (EntryPoint, "entry-point", "entry_points.read"),
    "source": (Source, "source", "notices.read"),
}


def _about(visit: Visit, tasks: Sequence[Task]) -> dict[str, About]:
    """Return what tasks are about, by subject: one query for each kind of thing."""
    wanted: dict[str, set[int]] = {}
    for task in tasks:
        word, _colon, number = task.subject.partition(":")
        if word in _ABOUT and number.isdecimal():
            wanted.setdefault(word, set()).add(int(number))
    found = {}
    for word, ids in wanted.items():
        model, to, action = _ABOUT[word]
        for thing in model.objects.filter(account_id=visit.account_id, pk__in=ids):
            found[f"{word}:{thing.pk}"] = About(str(thing), reverse(to, args=[thing.pk]) if to and visit.may(action) else "")
    return found
