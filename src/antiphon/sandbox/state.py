"""What the sandbox remembers: settings, campaigns, handsets and their texts."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

WALL_SIZE = 20
TEXTS_KEPT = 30
LARGEST_LIST = 100_000
FIRST_NUMBER = 31_612_340_412
SPRING = (
    "Time for your spring check-up at Noordgarage: brakes, tyres, fluids and air-con for €89, until 7 April. "
    "Reply YES and we find a day. STOP to opt out."
)
NAMES = ("Cleo", "Mia", "Otto")

Generation = Literal["old", "new"]
CampaignState = Literal["draft", "scheduled", "sending", "sent"]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Webhooks(msgspec.Struct, forbid_unknown_fields=True):
    """Where CM's customer wants to hear of what; empty is not told."""

    notice: str = ""
    reply: str = ""
    report: str = ""
    opt_out: str = ""


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """What goes wrong on demand."""

    send_twice: bool = False
    out_of_order: bool = False
    delay_seconds: Seconds = 0.0
    no_reports: bool = False
    time_out: bool = False
    malformed: bool = False


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """How this CM behaves. `refusals` and `undelivered` name a code per number; grouping 0 tells no campaign ID.

    `antiphon_url` is where the link leads; empty is the site of this machine.
    """

    webhooks: Webhooks = msgspec.field(default_factory=Webhooks)
    notice_token: str = ""
    product_token: str = "sandbox-product-token"  # noqa: S105 - the sandbox's own, shown on its settings page
    sender: str = "+319700004410"
    retry_seconds: Annotated[float, msgspec.Meta(ge=0.05, le=86_400)] = 300.0
    reply_generation: Generation = "new"
    campaign_grouping: Annotated[int, msgspec.Meta(ge=0, le=3)] = 1
    echo_answers: bool = True
    refuse_opted_out: bool = False
    refusals: dict[str, int] = msgspec.field(default_factory=dict)
    undelivered: dict[str, int] = msgspec.field(default_factory=dict)
    faults: Faults = msgspec.field(default_factory=Faults)
    antiphon_url: str = ""


class Text(msgspec.Struct):
    """One text on a handset; a `reply` is what its owner wrote. `other` is the number or name at the other end."""

    kind: Literal["text", "reply"]
    words: str
    at: datetime
    other: str
    reference: str = ""
    groupings: tuple[str, str, str] = ("", "", "")


class Handset(msgspec.Struct):
    """A telephone, by its number in E.164."""

    number: str
    name: str
    texts: list[Text] = msgspec.field(default_factory=list)
    opted_out_at: datetime | None = None
    has_new: bool = False


class Campaign(msgspec.Struct):
    """A campaign of the campaign tool; `told` counts the notices that were taken."""

    id: str
    name: str
    sender: str
    text: str
    list_size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIST)] = WALL_SIZE
    numbers: list[str] = msgspec.field(default_factory=list)
    state: CampaignState = "draft"
    scheduled_at: datetime | None = None
    sent_at: datetime | None = None
    recipients: int = 0
    skipped: int = 0
    told: int = 0


class Playing(msgspec.Struct):
    """A crowd at play, or the last one: `said` of `total` texts in so many seconds; `seed` plays it again."""

    consumers: int
    seconds: float
    seed: int
    total: int
    began_at: datetime
    said: int = 0
    state: Literal["playing", "done", "stopped"] = "playing"


class State(msgspec.Struct):
    """Everything that a restart keeps."""

    settings: Settings = msgspec.field(default_factory=Settings)
    campaigns: dict[str, Campaign] = msgspec.field(default_factory=dict)
    handsets: dict[str, Handset] = msgspec.field(default_factory=dict)
    playing: Playing | None = None


def fresh() -> State:
    """Return the sandbox of the first start: twenty handsets and a prepared campaign."""
    state = State()
    for place in range(WALL_SIZE):
        handset_at(state, place)
    state.campaigns["482138"] = Campaign(
        id="482138",
        name="Spring check-up",
        sender=state.settings.sender,
        text=SPRING,
    )
    return state


def handset_at(state: State, place: int) -> Handset:
    """Return the handset at a place of the list, made when first needed."""
    number = f"+{FIRST_NUMBER + place}"
    found = state.handsets.get(number)
    return found or add_handset(state, number=number, name=NAMES[place] if place < len(NAMES) else f"Handset {place + 1}")


def add_handset(state: State, *, number: str, name: str) -> Handset:
    """Put a handset on the list."""
    state.handsets[number] = Handset(number=number, name=name)
    return state.handsets[number]


def recipients_of(state: State, campaign: Campaign) -> list[Handset]:
    """Return the handsets of a campaign's list."""
    if campaign.numbers:
        return [state.handsets.get(number) or add_handset(state, number=number, name=number) for number in campaign.numbers]
    return [handset_at(state, place) for place in range(campaign.list_size)]


def wall_of(state: State) -> list[Handset]:
    """Return the handsets that are shown: the first of the list, then others that have texts."""
    numbers = list(state.handsets)
    shown = numbers[:WALL_SIZE]
    shown += [number for number in numbers[WALL_SIZE : 4 * WALL_SIZE] if state.handsets[number].texts]
    return [state.handsets[number] for number in shown[: 2 * WALL_SIZE]]


def remember(handset: Handset, text: Text) -> None:
    """Put a text on a handset, dropping the oldest beyond what is kept."""
    handset.texts.append(text)
    del handset.texts[:-TEXTS_KEPT]
    handset.has_new = text.kind == "text"


def latest_text(handset: Handset, *, sender: str = "") -> Text | None:
    """Return the latest text that came in, from this sender or from anyone."""
    return next((text for text in reversed(handset.texts) if text.kind == "text" and sender in {"", text.other}), None)


def changed(settings: Settings, changes: object) -> Settings:
    """Return settings with some of them changed. Raises msgspec.ValidationError."""
    if not isinstance(changes, dict):
        raise msgspec.ValidationError("the settings are a JSON object")
    present = msgspec.to_builtins(settings)
    for name, value in changes.items():
        is_group = name in {"webhooks", "faults"} and isinstance(value, dict)
        present[name] = present[name] | value if is_group else value
    return msgspec.convert(present, Settings)
