"""What states are called on pages: word, icon, and the state that colours them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Word:
    """A state as people read it; the colour only repeats it."""

    text: str | Promise
    icon: str
    state: str


ICONS = (
    "alarm",
    "alert-circle",
    "arrows-exchange",
    "ban",
    "calendar-off",
    "calendar-time",
    "check",
    "checks",
    "circle-check",
    "circle-dashed",
    "clock",
    "file-alert",
    "flag-check",
    "hash",
    "history",
    "home",
    "hourglass",
    "info-circle",
    "link",
    "message-2",
    "messages",
    "pencil",
    "phone",
    "player-pause",
    "player-play",
    "rotate-clockwise",
    "speakerphone",
    "unlink",
    "user-check",
    "user-edit",
    "zzz",
)
"""Icons that code names; those that templates name are found there."""
VERDICTS = {
    "linked_by_campaign_id": Word(_("Linked by campaign ID"), "link", "linked"),
    "linked_by_phone_number": Word(_("Linked by phone number"), "link", "linked"),
    "out_of_frame": Word(_("Not linked: out of frame"), "calendar-off", "unlinked"),
    "no_entry_point": Word(_("Not linked: no entry point"), "unlink", "unlinked"),
    "no_broadcast": Word(_("Not linked: no broadcast"), "unlink", "unlinked"),
    "set_by_person": Word(_("Link set by a person"), "user-edit", "linked"),
}
CAMPAIGN = {
    "draft": Word(_("Draft"), "pencil", "draft"),
    "scheduled": Word(_("Scheduled"), "calendar-time", "scheduled"),
    "live": Word(_("Live"), "player-play", "live"),
    "paused": Word(_("Paused"), "player-pause", "paused"),
    "ended": Word(_("Ended"), "flag-check", "ended"),
    "archived": Word(_("Archived"), "history", "archived"),
}
GOALS = {
    "conversation": _("Conversation"),
    "lead": _("Lead"),
    "sale": _("Sale"),
    "service": _("Service"),
    "other": _("Other goal"),
}
CONVERSATION = {
    "queued": Word(_("Queued"), "hourglass", "queued"),
    "assigned": Word(_("Assigned"), "user-check", "assigned"),
    "yours": Word(_("Yours"), "user-check", "assigned"),
    "closed": Word(_("Closed"), "circle-check", "closed"),
}
PRESENCE = {
    "online": Word(_("Online"), "circle-check", "online"),
    "away": Word(_("Away"), "clock", "away"),
    "offline": Word(_("Offline"), "ban", "offline"),
}
DELIVERY = {
    "dispatching": Word(_("Sending…"), "clock", "dispatching"),
    "unknown": Word(_("It may have arrived"), "alert-circle", "unknown"),
    "queued": Word(_("Sent"), "check", "sent"),
    "sent": Word(_("Sent"), "check", "sent"),
    "failed": Word(_("Not delivered"), "alert-circle", "failed"),
    "delivered": Word(_("Delivered"), "checks", "delivered"),
    "read": Word(_("Read"), "checks", "delivered"),
}
REASONS = {
    "opted_out": _("the consumer opted out at the provider"),
    "invalid_number": _("the provider does not know this number"),
    "invalid_sender": _("the provider does not let us send from this number"),
    "content_refused": _("the provider refused the text"),
    "no_credit": _("no credit left at the provider"),
    "not_authorised": _("the provider did not accept our product token"),
    "rate_limited": _("too many texts at once"),
    "unreachable": _("handset unreachable"),
    "expired": _("the provider gave up trying"),
    "blocked": _("blocked by the provider or the network"),
    "provider_unavailable": _("the provider could not be reached"),
    "malformed": _("the provider could not read the request"),
    "undelivered": _("the provider gives no reason"),
}
NEXT_STEPS = {
    "opted_out": _("Nothing more may be sent until they write again."),
    "invalid_number": _("This number takes no texts: close the conversation."),
    "invalid_sender": _("An administrator has to register the number at the provider."),
    "content_refused": _("Write it differently, without links or marked words, and send that."),
    "no_credit": _("An administrator has to top up at the provider. Then send it again."),
    "not_authorised": _("An administrator has to check the product token under Data sources. Then send it again."),
    "rate_limited": _("Wait a minute, then send it again."),
    "unreachable": _("The handset was off or out of reach. Send it again later."),
    "expired": _("The handset was off or out of reach. Send it again later."),
    "blocked": _("Another text will not get through either: reach them another way, or close."),
    "provider_unavailable": _("Nothing left. Send it again in a few minutes."),
    "malformed": _("Tell an administrator: the provider and this source do not understand each other."),
    "undelivered": _("Send it again, or write it differently."),
}
"""What to do about an answer that was not delivered."""
ENTRY_POINTS = {"campaign_id": "hash", "phone_number": "phone"}
HOOKS = {
    "notice": _("Notices"),
    "reply": _("Replies"),
    "report": _("Delivery reports"),
    "opt_out": _("Opt-outs"),
    "upload": _("Uploads"),
}
OPT_OUTS = {
    "stop_word": _("by texting a stop word"),
    "provider_flag": _("the provider flagged a reply"),
    "webhook": _("at the provider"),
    "import": _("by import"),
    "refused_send": _("the provider refused an answer for it"),
}
CLOSED_BY = {
    "agent": _("Closed by an agent"),
    "consumer": _("Closed: the consumer opted out"),
    "system": _("Closed after a long silence"),
}
ROLES = {
    "administrator": (_("Administrator"), _("Everything, also people, sources and settings.")),
    "campaign_manager": (_("Campaign manager"), _("Campaigns, entry points and reports; reads conversations.")),
    "supervisor": (_("Supervisor"), _("Answers, gives conversations to agents, reads reports, writes canned answers.")),
    "agent": (_("Agent"), _("Answers the conversations of their skills.")),
    "analyst": (_("Analyst"), _("Reads campaigns and reports, no conversations.")),
}
OVERDUE = _("Overdue")
DUE_SOON = _("Due soon")
YOUR_TURN = _("Your turn")
THEIR_TURN = _("Waiting for the consumer")
IDLE = _("Idle for a day")
LANGUAGES = {
    "en": _("English"),
    "nl": _("Dutch"),
    "fr": _("French"),
    "de": _("German"),
    "es": _("Spanish"),
    "it": _("Italian"),
    "pt": _("Portuguese"),
    "pl": _("Polish"),
    "tr": _("Turkish"),
    "ar": _("Arabic"),
    "uk": _("Ukrainian"),
    "ro": _("Romanian"),
}


def role(name: str) -> str:
    """Return what a role is called."""
    return str(ROLES[name][0])


def language(code: str) -> str:
    """Return the name of a language, or its code."""
    return str(LANGUAGES.get(code.partition("-")[0].lower(), code))
