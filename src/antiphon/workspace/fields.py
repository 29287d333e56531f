"""Fields of forms as `field.html` shows them: what stands in each, what helps, and what is wrong beside the one it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from antiphon.accounts.stamps import Overtaken
from antiphon.kit.problems import Problem, said

_SEVERAL = {"checks"}
SECRETS = {"password"}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `why_not` says why it cannot be chosen now."""

    value: str
    name: str
    help: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` is an input's type, or `textarea`, `select`, `radios`, `checks` (several) or `check` (one, value "1").

    `warning` informs, `error` stops; `locked` shows the value with the sentence that says why it cannot be changed.
    `is_optional` says so; `may_be_empty` leaves that to the help. `span` is its width out of twelve; `chosen` are the values of `checks`;
    `key` is its id when one page has the name twice.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: Sequence[Option] = ()
    help: str = ""
    warning: str = ""
    error: str = ""
    locked: str = ""
    is_optional: bool = False
    may_be_empty: bool = False
    is_mono: bool = False
    is_first: bool = False
    columns: bool = False
    longest: int | None = None
    autocomplete: str = "off"
    inputmode: str = ""
    rows: int = 3
    span: int = 12
    key: str = ""

    @property
    def id(self) -> str:
        """Return the id of its control."""
        return self.key or self.name

    @property
    def told_by(self) -> str:
        """Return the ids of what describes the control."""
        parts = {"help": self.help, "warning": self.warning, "error": self.error}
        return " ".join(f"{self.id}-{part}" for part, text in parts.items() if text)

    @property
    def shown(self) -> str:
        """Return the value in words."""
        if self.kind == "check":
            return _("yes") if self.value == "1" else _("no")
        if self.kind in {"select", "radios", "checks"}:
            chosen = self.chosen if self.kind in _SEVERAL else (self.value,)
            return ", ".join(option.name for option in self.options if option.value in chosen) or "–"  # noqa: RUF001 - none
        return self.value or "–"  # noqa: RUF001 - as above

    def typed(self, posted: QueryDict) -> "Field":
        """Return the field with what was typed; a password is typed again."""
        if self.locked or self.kind in SECRETS:
            return self
        if self.kind in _SEVERAL:
            return replace(self, chosen=tuple(posted.getlist(self.name)))
        return replace(self, value=posted.get(self.name, ""))


@dataclass(frozen=True, slots=True)
class Theirs:
    """What was saved by somebody else while a form was open, a sentence each, and by whom."""

    changes: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form by name, and what is wrong that concerns none of them."""

    fields: Mapping[str, Field]
    error: str = ""
    theirs: tuple[str, ...] = ()
    by: str = ""
    version: str = ""


def form(*fields: Field, posted: QueryDict | None = None, refused: Problem | None = None, version: str = "", by: str = "") -> Form:
    """Return a form: as it is stored, or with what was typed and, beside the field it names, why that was refused.

    `version` travels with the form; when somebody else saved meanwhile, what they changed stands on top, with `by`.
    """
    shown = {one.name: one if posted is None else one.typed(posted) for one in fields}
    if refused is None:
        return Form(shown, version=version)
    if isinstance(refused, Overtaken):
        theirs = tuple(f"{one.label}: {one.shown}" for one in fields if one.name in refused.fields)
        return Form(shown, theirs=theirs, by=by, version=version)
    if refused.field in shown:
        shown[refused.field] = replace(shown[refused.field], error=_beside(refused, shown[refused.field].label))
        return Form(shown, version=version)
    return Form(shown, error=refused.message, version=version)


def _beside(refused: Problem, label: str) -> str:
    """Return the sentence as it stands beside its field: what programs call `name` is there by its label."""
    if refused.values.get("what") != refused.field:
        return refused.message
    return said(refused.text, **refused.values | {"what": label})
