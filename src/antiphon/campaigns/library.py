"""The library of entry points: renaming one, giving it another value, taking it out."""

from collections.abc import Sequence
from datetime import datetime

from antiphon.accounts.audit import audit
from antiphon.campaigns import store
from antiphon.campaigns.models import Engagement, EntryPoint, State
from antiphon.campaigns.verbs import create_entry_point, edit_engagement, entry_point_key
from antiphon.kit import keys
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Missing

_LONGEST_NAME = 200


def entry_point_in(account_id: int, entry_point_id: int, *, locked: bool = False) -> EntryPoint:
    """Return an entry point of the library. Raises Missing."""
    query = EntryPoint.objects.select_for_update(of=("self",)) if locked else EntryPoint.objects
    with account(account_id):
        found = query.select_related("source").filter(account_id=account_id, id=entry_point_id, removed_at=None).first()
    if found is None:
        raise Missing("not_found", "There is no entry point {entry_point_id} in this account.", entry_point_id=entry_point_id)
    return found


def used_by(account_id: int, entry_point_id: int) -> Sequence[Engagement]:
    """Return the engagements that have it, those of archived campaigns aside: they do not change any more."""
    having = Engagement.objects.filter(account_id=account_id, entry_points=entry_point_id, removed_at=None)
    return list(having.exclude(campaign__state=State.ARCHIVED).select_related("campaign").order_by("number"))


def edit_entry_point(
    account_id: int, entry_point_id: int, *, name: str, value: str, is_confirmed: bool, actor: str, at: datetime
) -> EntryPoint:
    """Rename an entry point, or give it another value; return the one that the library has then.

    Another value is another entry point: decisions keep the one they were made with. The engagements that had the old one get
    the new one, each as a new version, if that `is_confirmed`; the old one leaves the library.
    Raises Missing, Invalid, Conflict (engagements have it and that is not confirmed; the library has the new value already).
    """
    with account(account_id):
        edited = entry_point_in(account_id, entry_point_id, locked=True)
        written, key = entry_point_key(edited.kind, value, source=edited.source)
        if key == edited.key:
            return _renamed(edited, name=name, value=written, actor=actor, at=at)
        _check_free(edited, key)
        engagements = used_by(account_id, entry_point_id)
        if engagements and not is_confirmed:
            raise Conflict(
                "entry_point_in_use",
                "{what} would find its replies by {written} instead of {value}. Confirm that, or leave it.",
                field="confirmed",
                what=_names(engagements),
                written=written,
                value=edited.value,
            )
        return _replaced(edited, engagements, name=name, value=written, actor=actor, at=at)


def remove_entry_point(account_id: int, entry_point_id: int, *, actor: str, at: datetime) -> None:
    """Take an entry point that no engagement has out of the library; what it found stays found. Raises Missing, Conflict."""
    with account(account_id):
        removed = entry_point_in(account_id, entry_point_id, locked=True)
        engagements = used_by(account_id, entry_point_id)
        if engagements:
            raise Conflict("entry_point_in_use", "{what} has it: take it from there first.", what=_names(engagements))
        _remove(removed, actor=actor, at=at)


def _renamed(edited: EntryPoint, *, name: str, value: str, actor: str, at: datetime) -> EntryPoint:
    before = {"name": edited.name, "value": edited.value}
    edited.name, edited.value = keys.clean(name).strip()[:_LONGEST_NAME], value
    after = {"name": edited.name, "value": edited.value}
    if before != after:
        edited.save(update_fields=["name", "value"])
        subject = f"entry_point:{edited.pk}"
        audit(edited.account_id, actor=actor, action="entry_point.edited", subject=subject, at=at, detail={"before": before} | after)
    return edited


def _replaced(edited: EntryPoint, engagements: Sequence[Engagement], *, name: str, value: str, actor: str, at: datetime) -> EntryPoint:
    made, _is_new = create_entry_point(
        edited.account_id, source_id=edited.source_id, kind=edited.kind, value=value, name=name, actor=actor, at=at
    )
    for engagement in engagements:
        wanted = [made.pk if one == edited.pk else one for one in store.entry_point_ids(engagement)]
        edit_engagement(edited.account_id, engagement.pk, {"entry_point_ids": wanted}, actor=actor, at=at)
    _remove(edited, actor=actor, at=at, replaced_by=made.pk)
    return made


def _remove(removed: EntryPoint, *, actor: str, at: datetime, replaced_by: int | None = None) -> None:
    removed.removed_at = at
    removed.save(update_fields=["removed_at"])
    detail = {"value": removed.value, "name": removed.name} | ({"replaced_by": replaced_by} if replaced_by else {})
    audit(removed.account_id, actor=actor, action="entry_point.removed", subject=f"entry_point:{removed.pk}", at=at, detail=detail)


def _check_free(edited: EntryPoint, key: str) -> None:
    same = EntryPoint.objects.filter(account_id=edited.account_id, source=edited.source, kind=edited.kind, key=key, removed_at=None).first()
    if same is not None:
        raise Conflict("entry_point_exists", "The library has {same} already: choose that one in the engagement.", field="value", same=same)


def _names(engagements: Sequence[Engagement]) -> str:
    named = [f"{one.name} of {one.campaign.name}" for one in engagements[:3]]
    rest = len(engagements) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
