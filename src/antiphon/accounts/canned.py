"""Canned answers: texts that agents insert by a shortcut, for all or for one skill or language."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from antiphon.accounts import inputs, stamps
from antiphon.accounts.audit import audit
from antiphon.accounts.models import Account, CannedAnswer
from antiphon.accounts.verbs import skill_in
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing

LONGEST = 2000
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def canned_answer_in(account_id: int, answer_id: int) -> CannedAnswer:
    """Return a canned answer of the account. Raises Missing."""
    found = CannedAnswer.objects.filter(account_id=account_id, id=answer_id).first()
    if found is None:
        raise Missing("not_found", "There is no canned answer {answer_id} in this account.", answer_id=answer_id)
    return found


def canned_answer_values(answer: CannedAnswer) -> dict[str, Any]:
    """Return what its form shows of it."""
    return {name: getattr(answer, name) for name in ("shortcut", "name", "text", "skill_id", "language")}


def add_canned_answer(account_id: int, values: Mapping[str, Any], *, actor: str, at: datetime) -> CannedAnswer:
    """Add a text: `shortcut`, `name`, `text`, and `skill_id` and `language` if it is not for all. Raises Invalid, Conflict, Missing."""
    with account(account_id):
        checked = _checked(account_id, {"skill_id": None, "language": ""} | dict(values))
        _check_is_free(account_id, checked["shortcut"], checked["language"], but=0)
        made = CannedAnswer.objects.create(account_id=account_id, updated_at=at, **checked)
        detail = {"name": made.name, "shortcut": made.shortcut}
        audit(account_id, actor=actor, action="canned_answer.added", subject=f"canned_answer:{made.pk}", at=at, detail=detail)
    return made


def edit_canned_answer(
    account_id: int, answer_id: int, changes: Mapping[str, Any], *, actor: str, at: datetime, expected: str | None = None
) -> CannedAnswer:
    """Change a canned answer; what is left out stays. Raises Invalid, Conflict, Missing, Overtaken."""
    with account(account_id):
        CannedAnswer.objects.select_for_update().filter(account_id=account_id, id=answer_id).first()
        answer = canned_answer_in(account_id, answer_id)
        before = canned_answer_values(answer)
        stamps.check(expected, before)
        for name, value in _checked(account_id, before | dict(changes)).items():
            setattr(answer, name, value)
        _check_is_free(account_id, answer.shortcut, answer.language, but=answer_id)
        answer.updated_at = at
        answer.save()
        detail = {"name": answer.name, "changed": stamps.difference(before, canned_answer_values(answer))}
        audit(account_id, actor=actor, action="canned_answer.edited", subject=f"canned_answer:{answer.pk}", at=at, detail=detail)
    return answer


def remove_canned_answer(account_id: int, answer_id: int, *, actor: str, at: datetime) -> dict[str, Any]:
    """Take a canned answer away; return its values, with which it can be added again. Raises Missing."""
    with account(account_id):
        answer = canned_answer_in(account_id, answer_id)
        values = canned_answer_values(answer)
        answer.delete()
        detail = {"name": answer.name, "shortcut": answer.shortcut}
        audit(account_id, actor=actor, action="canned_answer.removed", subject=f"canned_answer:{answer_id}", at=at, detail=detail)
    return values


def _checked(account_id: int, values: dict[str, Any]) -> dict[str, Any]:
    shortcut = str(values["shortcut"]).strip().lstrip(";").lower()
    if not _SHORTCUT.fullmatch(shortcut):
        raise Invalid("bad_shortcut", "A shortcut has 1 to 32 small letters, digits and dashes, such as opening-hours.", field="shortcut")
    if values["skill_id"] is not None:
        skill_in(account_id, values["skill_id"])
    inputs.check_language(values["language"], Account.objects.get(id=account_id).languages)
    return {
        "shortcut": shortcut,
        "name": inputs.text(values["name"], field="name", longest=100),
        "text": inputs.text(values["text"], field="text", longest=LONGEST),
        "skill_id": values["skill_id"],
        "language": values["language"],
    }


def _check_is_free(account_id: int, shortcut: str, language: str, *, but: int) -> None:
    taken = CannedAnswer.objects.filter(account_id=account_id, shortcut=shortcut, language=language).exclude(id=but)
    if taken.exists():
        raise Conflict(
            "shortcut_taken", "Another canned answer has the shortcut {shortcut} in this language.", field="shortcut", shortcut=shortcut
        )
