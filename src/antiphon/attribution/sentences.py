"""The words of explanations: one sentence per verdict, per way of finding a notice, and per reason; the words of the rule."""

from antiphon.attribution.decide import CandidateReason, NoticeReason
from antiphon.attribution.types import Found, Verdict

VERDICT_TITLES: dict[Verdict, str] = {
    Verdict.LINKED_BY_CAMPAIGN_ID: "Linked by campaign ID",
    Verdict.LINKED_BY_PHONE_NUMBER: "Linked by phone number",
    Verdict.OUT_OF_FRAME: "Out of frame",
    Verdict.NO_ENTRY_POINT: "No entry point",
    Verdict.NO_BROADCAST: "No broadcast",
    Verdict.SET_BY_PERSON: "Set by person",
}

VERDICTS: dict[Verdict, str] = {
    Verdict.LINKED_BY_CAMPAIGN_ID: "A live engagement has the campaign ID as entry point, and the reply came inside its frame.",
    Verdict.LINKED_BY_PHONE_NUMBER: "A live engagement has the number as entry point, and the reply came inside its frame.",
    Verdict.OUT_OF_FRAME: "Live engagements have a fitting entry point, but the reply came outside their frames.",
    Verdict.NO_ENTRY_POINT: "There is a broadcast, but no live engagement of this source has a fitting entry point.",
    Verdict.NO_BROADCAST: "No broadcast can be told, and no live engagement of this source has the number replied to as entry point.",
    Verdict.SET_BY_PERSON: "A person set this link; the rule does not change it.",
}

FOUND: dict[Found, str] = {
    Found.REFERENCE: "The reply names the text that it answers by its reference.",
    Found.CAMPAIGN_ID: "The reply carries a campaign ID: it answers the latest text of that external campaign.",
    Found.SAME_NUMBER: "The reply names no broadcast: it answers the latest text sent from the number replied to.",
    Found.SAME_SOURCE: "The reply names no broadcast, no text came from the number replied to: it answers the latest text on the source.",
    Found.NONE: "No text was found that the reply answers.",
}

NOTICES: dict[NoticeReason, str] = {
    NoticeReason.ANSWERED: "It is the text that the reply answers.",
    NoticeReason.IGNORED: "Its external campaign is ignored on this source.",
    NoticeReason.LATER: "It was sent after the reply.",
    NoticeReason.STALE: "It is older than the look-back, and the reply is in no frame of its own campaign.",
    NoticeReason.NOT_REFERRED_TO: "The reply's reference names another text.",
    NoticeReason.OTHER_CAMPAIGN: "The reply carries another campaign ID.",
    NoticeReason.OTHER_NUMBER: "It was sent from another number than the one replied to.",
    NoticeReason.EARLIER: "A later one goes first.",
}

CANDIDATES: dict[CandidateReason, str] = {
    CandidateReason.LINKED: "Chosen.",
    CandidateReason.DISABLED: "The engagement was disabled: as if it were not there.",
    CandidateReason.DRAFT: "The campaign was a draft: as if it were not there.",
    CandidateReason.PAUSED: "The campaign was paused: as if it were not there.",
    CandidateReason.ARCHIVED: "The campaign was archived: as if it were not there.",
    CandidateReason.NOT_STARTED: "The reply came before its frame.",
    CandidateReason.ENDED: "The reply came after its frame.",
    CandidateReason.LESS_RELEVANT: "A more relevant match goes first: campaign ID, the number replied to, the sender of the text.",
    CandidateReason.EARLIER_START: "A campaign that started later goes first.",
    CandidateReason.HIGHER_NUMBER: "An engagement with a lower number goes first.",
}

MATCHES: dict[int, str] = {1: "campaign ID", 2: "number replied to", 3: "sender of the text"}
