"""What the audit trail tells, in words: every action by its name, and what it changed."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

DEEDS: dict[str, str | Promise] = {
    "account.created": lazy("Account opened"),
    "account.edited": lazy("Account settings changed"),
    "api_key.created": lazy("API key made"),
    "api_key.revoked": lazy("API key revoked"),
    "app.enabled": lazy("App made available"),
    "app.installed": lazy("App switched on"),
    "app.switched_off": lazy("App switched off"),
    "arrival.replayed": lazy("Arrival replayed"),
    "audit.exported": lazy("Audit trail exported"),
    "campaign.archived": lazy("Campaign archived"),
    "campaign.created": lazy("Campaign made"),
    "campaign.draft": lazy("Campaign taken back to draft"),
    "campaign.duplicated": lazy("Campaign duplicated"),
    "campaign.edited": lazy("Campaign changed"),
    "campaign.paused": lazy("Campaign paused"),
    "campaign.published": lazy("Campaign published"),
    "canned_answer.added": lazy("Canned answer added"),
    "canned_answer.edited": lazy("Canned answer changed"),
    "canned_answer.removed": lazy("Canned answer removed"),
    "conversation.linked": lazy("Link set by hand"),
    "consumer.copied": lazy("Everything of a consumer copied out"),
    "consumer.erased": lazy("Consumer erased"),
    "conversations.exported": lazy("Conversations exported"),
    "conversations.relinked": lazy("Conversations relinked"),
    "engagement.created": lazy("Engagement made"),
    "engagement.edited": lazy("Engagement changed"),
    "engagement.removed": lazy("Engagement removed"),
    "engagement.restored": lazy("Engagement put back"),
    "entry_point.created": lazy("Entry point made"),
    "entry_point.edited": lazy("Entry point changed"),
    "entry_point.removed": lazy("Entry point removed"),
    "external_campaign.heeded": lazy("External campaign heeded again"),
    "external_campaign.ignored": lazy("External campaign ignored"),
    "facts.exported": lazy("Facts exported"),
    "file.downloaded": lazy("File downloaded"),
    "invitation.renewed": lazy("Invitation renewed"),
    "invitation.revoked": lazy("Invitation revoked"),
    "list.exported": lazy("List behind a report's number exported"),
    "notices.uploaded": lazy("Notices uploaded"),
    "person.added": lazy("Person joined"),
    "person.disabled": lazy("Person shut out"),
    "person.edited": lazy("Person changed"),
    "person.enabled": lazy("Person let back in"),
    "person.invited": lazy("Person invited"),
    "presence.set": lazy("Presence set for somebody"),
    "report.edited": lazy("Report changed"),
    "report.exported": lazy("Report exported"),
    "report.removed": lazy("Report removed"),
    "report.restored": lazy("Report brought back"),
    "report.saved": lazy("Report saved"),
    "skill.added": lazy("Skill added"),
    "skill.edited": lazy("Skill changed"),
    "skill.removed": lazy("Skill removed"),
    "retention.changed": lazy("Retention changed"),
    "skill.shared": lazy("People of a skill changed"),
    "source.connected": lazy("Source connected"),
    "source.disconnected": lazy("Source disconnected"),
    "source.edited": lazy("Source changed"),
    "source.old_secrets_ended": lazy("Old webhook keys ended"),
    "source.paused": lazy("Source paused"),
    "source.resumed": lazy("Source resumed"),
    "source.secret_rotated": lazy("Webhook key rotated"),
    "source.test_text_sent": lazy("Test text sent"),
    "webhook.added": lazy("Webhook added"),
    "webhook.edited": lazy("Webhook changed"),
    "webhook.removed": lazy("Webhook removed"),
    "webhook.replayed": lazy("Webhook sent again"),
    "webhook.secret_rotated": lazy("Webhook secret rotated"),
    "webhook.tested": lazy("Webhook tested"),
}
_LONGEST = 160


def deed(action: str) -> str:
    """Return an action in words; one without words as it is kept, which still reads."""
    return str(DEEDS.get(action) or action.replace("_", " ").replace(".", ": "))


def changes(detail: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what an entry tells: (field, before, after); what has no before has an empty one."""
    changed = detail.get("changed")
    told = [(_word(name), _shown(pair[0]), _shown(pair[1])) for name, pair in changed.items()] if isinstance(changed, dict) else []
    if {"from", "to"} <= set(detail):
        told.append((_("state"), _shown(detail["from"]), _shown(detail["to"])))
    rest = {name: value for name, value in detail.items() if name not in {"changed", "name", "from", "to"}}
    return told + [(_word(name), "", _shown(value)) for name, value in rest.items()]


def _word(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)[:_LONGEST]
    if isinstance(value, dict):
        return ", ".join(f"{_word(name)} {_shown(one)}" for name, one in value.items())[:_LONGEST]
    return str(value)[:_LONGEST]
