"""Reports that are kept under a name: of one person, or shared with the account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.db.models import Q, QuerySet

from antiphon.accounts.audit import audit
from antiphon.kit.db import account
from antiphon.kit.keys import clean
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.metrics.models import SavedReport
from antiphon.metrics.question import Question, read

LONGEST_NAME = 100
LONGEST_QUERY = 4000


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps reports: a person (`member_id`), or a key of the account (None)."""

    member_id: int | None
    actor: str

    def may_change(self, report: SavedReport) -> bool:
        """Return whether it is theirs: what has no owner is everybody's who keeps reports."""
        return report.owner_id is None or report.owner_id == self.member_id


def visible(account_id: int, keeper: Keeper) -> "QuerySet[SavedReport, SavedReport]":
    """Return the reports of the account and those of this person."""
    return SavedReport.objects.filter(account_id=account_id, removed_at=None).filter(
        Q(is_shared=True) | Q(owner__isnull=True) | Q(owner_id=keeper.member_id)
    )


def find(account_id: int, report_id: int, keeper: Keeper) -> SavedReport:
    """Return a report. Raises Missing, also for what another person keeps to themselves."""
    found = visible(account_id, keeper).select_related("owner").filter(pk=report_id).first()
    if found is None:
        raise Missing("not_found", "There is no such report in this account.")
    return found


def question_of(report: SavedReport) -> Question:
    """Return what a report asks; words that mean nothing any more are left out."""
    return read(parse_qs(report.query, keep_blank_values=True))[0]


def save(account_id: int, *, name: str, query: str, is_shared: bool, keeper: Keeper, at: datetime) -> SavedReport:
    """Keep a question under a name. Raises Invalid."""
    with account(account_id):
        made = SavedReport.objects.create(
            account_id=account_id,
            name=_name(name),
            query=_query(query),
            is_shared=is_shared or keeper.member_id is None,
            owner_id=keeper.member_id,
            created_at=at,
            updated_at=at,
        )
        _audit(made, "report.saved", keeper, at, {"name": made.name, "query": made.query, "shared": made.is_shared})
    return made


def edit(
    account_id: int, report_id: int, changes: dict[str, Any], *, keeper: Keeper, at: datetime, version: int | None = None
) -> SavedReport:
    """Change name, query or `is_shared` of a report. Raises Missing, Invalid, Conflict, and Stale when `version` is not its own."""
    with account(account_id):
        report = _own(account_id, report_id, keeper)
        if version is not None and version != report.version:
            raise Stale(report.version)
        wanted = {
            "name": _name(changes.get("name", report.name)),
            "query": _query(changes.get("query", report.query)),
            "is_shared": bool(changes.get("is_shared", report.is_shared)) or report.owner_id is None,
        }
        detail = {name: [getattr(report, name), value] for name, value in wanted.items() if getattr(report, name) != value}
        if detail:
            for name, value in wanted.items():
                setattr(report, name, value)
            report.version, report.updated_at = report.version + 1, at
            report.save(update_fields=[*wanted, "version", "updated_at"])
            _audit(report, "report.edited", keeper, at, detail)
    return report


def remove(account_id: int, report_id: int, *, keeper: Keeper, at: datetime) -> SavedReport:
    """Take a report away; `restore` brings it back. Raises Missing, Conflict."""
    with account(account_id):
        report = _own(account_id, report_id, keeper)
        report.removed_at = at
        report.save(update_fields=["removed_at"])
        _audit(report, "report.removed", keeper, at, {"name": report.name})
    return report


def restore(account_id: int, report_id: int, *, keeper: Keeper, at: datetime) -> SavedReport:
    """Bring a removed report back. Raises Missing."""
    with account(account_id):
        report = SavedReport.objects.filter(account_id=account_id, pk=report_id).exclude(removed_at=None).first()
        if report is None or not keeper.may_change(report):
            raise Missing("not_found", "There is no such report in this account.")
        report.removed_at = None
        report.save(update_fields=["removed_at"])
        _audit(report, "report.restored", keeper, at, {"name": report.name})
    return report


def _own(account_id: int, report_id: int, keeper: Keeper) -> SavedReport:
    found = visible(account_id, keeper).select_for_update(of=("self",)).filter(pk=report_id).first()
    if found is None:
        raise Missing("not_found", "There is no such report in this account.")
    if not keeper.may_change(found):
        raise Conflict("not_yours", "Only whoever saved a report changes it. Save it as a report of your own.")
    return found


def _name(name: str) -> str:
    told = clean(name).strip()
    if not told:
        raise Invalid("bad_length", "Give the report a name.", field="name")
    if len(told) > LONGEST_NAME:
        raise Invalid("bad_length", "A name has at most {longest_name} characters.", field="name", longest_name=LONGEST_NAME)
    return told


def _query(query: str) -> str:
    """Return the address of the question alone, whatever else stood there."""
    told = read(parse_qs(query[: 2 * LONGEST_QUERY], keep_blank_values=True))[0].query()
    if len(told) > LONGEST_QUERY:
        raise Invalid("bad_length", "This report asks for too much to be saved: narrow it by fewer values.", field="query")
    return told


def _audit(report: SavedReport, action: str, keeper: Keeper, at: datetime, detail: dict[str, Any]) -> None:
    audit(report.account_id, actor=keeper.actor, action=action, subject=f"report:{report.pk}", at=at, detail=detail)
