"""How long an account keeps each kind of fact, as a form."""

from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from antiphon.accounts.stamps import stamp
from antiphon.kit.problems import Problem
from antiphon.privacy.kinds import KINDS
from antiphon.privacy.retention import Keeping, retention
from antiphon.workspace import times
from antiphon.workspace.access import Visit
from antiphon.workspace.fields import Field, form
from antiphon.workspace.pages.settings import FormPage, last_change

NAMES: dict[str, tuple[str | Promise, str | Promise]] = {
    "arrivals": (lazy("Webhooks as they came in"), lazy("Raw, for looking into faults; what is in quarantine too.")),
    "notices": (lazy("Notices"), lazy("Texts that consumers were sent, with their delivery reports.")),
    "conversations": (
        lazy("Closed conversations"),
        lazy("Replies, answers and what became of them, counted from the last word. Opt-outs stay, without their words."),
    ),
    "events": (lazy("Events"), lazy("What programs can still read of the event stream.")),
    "webhook_log": (lazy("Deliveries to your webhooks"), lazy("Requests and what receivers answered.")),
    "audit": (lazy("Audit trail"), lazy("Who changed what.")),
    "files": (lazy("Files of long work"), lazy("Exports and lists, ready to be fetched.")),
}


def retention_page(visit: Visit, *, at: datetime, posted: QueryDict | None = None, refused: Problem | None = None) -> FormPage:
    """Return the form."""
    kept = retention(visit.account_id)
    by = last_change(visit.account_id, f"account:{visit.account_id}", now=at) if refused else ""
    version = stamp({one.kind: one.days for one in kept})
    return FormPage(
        above=_("Settings"),
        above_url=reverse("settings"),
        title=_("Retention"),
        lead=_("What is past its time is deleted for ever; counters and reports stay. A consumer of whom nothing is left goes too."),
        form=form(*(_field(one) for one in kept), posted=posted, refused=refused, version=version, by=by),
        submit=_("Save"),
        busy=_("Saving…"),
        facts=[(str(NAMES[one.kind][0]), _since(one, at=at)) for one in kept if one.kept_from],
    )


def _field(one: Keeping) -> Field:
    name, says = NAMES[one.kind]
    limits = KINDS[one.kind]
    ends = _("At most %(most)d days.") % {"most": limits.most} if limits.most else _("Empty: for ever.")
    help_text = f"{says} {ends}"
    value = "" if one.days is None else str(one.days)
    label = _("%(what)s (days)") % {"what": name}
    return Field(one.kind, label, value=value, help=help_text, inputmode="numeric", may_be_empty=limits.most is None, span=6)


def _since(one: Keeping, *, at: datetime) -> str:
    return _("all held since %(at)s") % {"at": times.moment(one.kept_from, now=at)} if one.kept_from else ""


def read_retention(posted: QueryDict) -> dict[str, str | None]:
    """Return what was typed."""
    return {kind: posted.get(kind, "").strip() or None for kind in KINDS}
