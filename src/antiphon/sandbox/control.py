"""The sandbox by JSON: what a person does on its pages, for scripts, the demo and tests; and the send API of CM itself."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec

from antiphon.kit.phones import Kind, normalise
from antiphon.providers.reading import utc_time
from antiphon.sandbox.exchange import Exchange, Refusal
from antiphon.sandbox.play import LONGEST_SECONDS, MOST_CONSUMERS
from antiphon.sandbox.state import LARGEST_LIST, WALL_SIZE, Campaign, Handset, Playing, add_handset, changed, wall_of
from antiphon.sandbox.web import Problem, Request, Response, as_json

HANG_SECONDS = 120.0
_PAGE = 1000

Body = TypeVar("Body", bound=msgspec.Struct)
Result = TypeVar("Result")


class NewCampaign(msgspec.Struct, forbid_unknown_fields=True):
    """What a campaign is made of; without `numbers` it goes to the first `list_size` handsets."""

    name: str
    text: str
    sender: str = ""
    list_size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIST)] = WALL_SIZE
    numbers: list[str] = msgspec.field(default_factory=list)


class NewSending(msgspec.Struct, forbid_unknown_fields=True):
    """When to send: an ISO 8601 instant, UTC where it names no zone; without it now."""

    at: str = ""


class NewReply(msgspec.Struct, forbid_unknown_fields=True):
    """What a handset writes, and to which number: without it to the sender of its latest text."""

    text: str
    to: str = ""


class NewPlay(msgspec.Struct, forbid_unknown_fields=True):
    """How many consumers write, over how many seconds; without a seed by chance."""

    consumers: Annotated[int, msgspec.Meta(ge=1, le=MOST_CONSUMERS)] = 50
    seconds: Annotated[float, msgspec.Meta(ge=1, le=LONGEST_SECONDS)] = 300.0
    seed: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None


async def offer(exchange: Exchange, request: Request) -> Response:
    """POST /v1.0/message: CM's send API. With the time-out fault what is accepted is delivered, and no answer comes."""
    judged = exchange.offer(request.headers, request.body)
    if judged.accepted and exchange.state.settings.faults.time_out:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(exchange.hung_up.wait(), HANG_SECONDS)
    return as_json(judged.answer, status=judged.status)


async def read_settings(exchange: Exchange, _request: Request) -> Response:
    """GET /sandbox/settings."""
    return as_json(exchange.state.settings)


async def write_settings(exchange: Exchange, request: Request) -> Response:
    """PUT /sandbox/settings: what is named is changed, the rest stays."""
    try:
        exchange.change_settings(changed(exchange.state.settings, request.json))
    except msgspec.ValidationError as error:
        raise Problem(422, str(error)) from None
    return as_json(exchange.state.settings)


async def list_campaigns(exchange: Exchange, _request: Request) -> Response:
    """GET /sandbox/campaigns."""
    return as_json({"items": [_campaign(campaign) for campaign in exchange.state.campaigns.values()]})


async def add_campaign(exchange: Exchange, request: Request) -> Response:
    """POST /sandbox/campaigns: a draft; its ID is CM's campaign ID."""
    new = _body(request, NewCampaign)
    numbers = [phone(number) for number in new.numbers]
    campaign = exchange.add_campaign(name=new.name, sender=new.sender, text=new.text)
    campaign.list_size, campaign.numbers = new.list_size, numbers
    return as_json(_campaign(campaign), status=201)


async def read_campaign(exchange: Exchange, _request: Request, *, campaign_id: str) -> Response:
    """GET /sandbox/campaigns/{campaign_id}: with how many were sent, and told."""
    return as_json(_campaign(campaign_of(exchange, campaign_id)))


async def send_campaign(exchange: Exchange, request: Request, *, campaign_id: str) -> Response:
    """POST /sandbox/campaigns/{campaign_id}/sending."""
    campaign, new = campaign_of(exchange, campaign_id), _body(request, NewSending)
    at = utc_time(new.at)
    if new.at and at is None:
        raise Problem(422, "`at` is an ISO 8601 time, such as 2026-03-24T10:00:00Z.")
    _may_refuse(lambda: exchange.send(campaign, at=at))
    return as_json(_campaign(campaign), status=202)


async def list_handsets(exchange: Exchange, request: Request) -> Response:
    """GET /sandbox/handsets: those on the wall, or with `all=1` everyone."""
    shown = list(exchange.state.handsets.values()) if request.query.get("all") else wall_of(exchange.state)
    return as_json({"items": shown})


async def read_handset(exchange: Exchange, _request: Request, *, number: str) -> Response:
    """GET /sandbox/handsets/{number}: with its latest texts."""
    return as_json(handset_of(exchange, number))


async def reply(exchange: Exchange, request: Request, *, number: str) -> Response:
    """POST /sandbox/handsets/{number}/replies: a number not seen before gets a handset."""
    new = _body(request, NewReply)
    found = phone(number)
    handset = exchange.state.handsets.get(found) or add_handset(exchange.state, number=found, name=found)
    written = _may_refuse(lambda: exchange.reply(handset, words=new.text, to=new.to))
    return as_json(written, status=201)


async def opt_out(exchange: Exchange, _request: Request, *, number: str) -> Response:
    """POST /sandbox/handsets/{number}/opt-out: by the link in a text."""
    handset = handset_of(exchange, number)
    exchange.opt_out(handset)
    return as_json(handset, status=201)


async def opt_in(exchange: Exchange, _request: Request, *, number: str) -> Response:
    """DELETE /sandbox/handsets/{number}/opt-out."""
    handset = handset_of(exchange, number)
    exchange.opt_in(handset)
    return as_json(handset)


async def clear_handsets(exchange: Exchange, _request: Request) -> Response:
    """DELETE /sandbox/handsets: empties them; opt-outs stay."""
    exchange.clear()
    return Response(204)


async def play(exchange: Exchange, request: Request) -> Response:
    """POST /sandbox/play: a crowd writes."""
    return as_json(begin_play(exchange, _body(request, NewPlay)), status=202)


def begin_play(exchange: Exchange, new: NewPlay) -> Playing:
    """Begin to play what was asked. Raises Problem."""
    seed = random.randrange(10**6) if new.seed is None else new.seed  # noqa: S311 - not a secret
    return _may_refuse(lambda: exchange.play(consumers=new.consumers, seconds=new.seconds, seed=seed))


async def read_play(exchange: Exchange, _request: Request) -> Response:
    """GET /sandbox/play: how far the crowd is; null before the first."""
    return as_json(exchange.state.playing)


async def stop_play(exchange: Exchange, _request: Request) -> Response:
    """DELETE /sandbox/play: nobody of the crowd writes any more."""
    exchange.stop_playing()
    return as_json(exchange.state.playing)


async def read_log(exchange: Exchange, request: Request) -> Response:
    """GET /sandbox/log: every message offered and webhook sent; `after`, `kind`, `direction`, `reference`, `limit`."""
    asked = request.query
    entries = exchange.log.after(
        _whole(asked.get("after", "0")),
        limit=_whole(asked.get("limit", str(_PAGE))),
        kind=asked.get("kind", ""),
        direction=asked.get("direction", ""),
        reference=asked.get("reference", ""),
    )
    return as_json(
        {"items": entries, "next": entries[-1].id if entries else _whole(asked.get("after", "0")), "pending": exchange.postman.pending}
    )


def campaign_of(exchange: Exchange, campaign_id: str) -> Campaign:
    """Return a campaign by its ID. Raises Problem."""
    campaign = exchange.state.campaigns.get(campaign_id)
    if campaign is None:
        raise Problem(404, "There is no campaign of that ID.")
    return campaign


def handset_of(exchange: Exchange, number: str) -> Handset:
    """Return a handset by its number, with or without plus. Raises Problem."""
    handset = exchange.state.handsets.get(phone(number))
    if handset is None:
        raise Problem(404, "There is no handset of that number.")
    return handset


def phone(written: str) -> str:
    """Return a phone number as handsets are known by. Raises Problem."""
    number = normalise(written)
    if number.kind is not Kind.E164:
        raise Problem(422, f"{written[:30]} is not a phone number with its country code.")
    return number.value


def _campaign(campaign: Campaign) -> dict[str, object]:
    return {**msgspec.to_builtins(campaign), "path": f"/campaigns/{campaign.id}"}


def _body(request: Request, kind: type[Body]) -> Body:
    try:
        return msgspec.convert(request.json, kind)
    except msgspec.ValidationError as error:
        raise Problem(422, str(error)) from None


def _may_refuse(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except Refusal as refusal:
        raise Problem(409, str(refusal)) from None


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10):  # noqa: PLR2004 - far beyond any id
        raise Problem(422, f"{written[:20]} is not a whole number.")
    return int(written)
