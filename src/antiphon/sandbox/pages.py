"""The sandbox for people: the campaign tool, the wall of handsets, settings and the log; every form works without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jinja2
import msgspec

from antiphon.kit import clock, segments
from antiphon.sandbox.control import NewPlay, begin_play, campaign_of, handset_of
from antiphon.sandbox.exchange import Exchange, Refusal
from antiphon.sandbox.state import Campaign, State, changed, wall_of
from antiphon.sandbox.web import Problem, Request, Response, see_other

LIST_SIZES = (20, 200, 1_000, 10_000)
LOG_SHOWN = 200
PLAY = {"crowds": (10, 50, 200), "lengths": (1, 5, 15)}
DELAY_SECONDS = 5.0
_WORDS_LIMIT = 1_600
_FAULTS = ("send_twice", "out_of_order", "no_reports", "time_out", "malformed")

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("antiphon.sandbox", "templates/sandbox"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _clock_time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


def _count(number: int) -> str:
    return f"{number:,}"


_environment.filters.update(clock_time=_clock_time, count=_count)


def render_part(state: State, part: str) -> str | None:
    """Return the HTML of a part that changed; empty where the page reads itself again; None where nobody can see it."""
    kind, _, name = part.partition("-")
    if kind == "handset":
        shown = next((handset for handset in wall_of(state) if handset.number == f"+{name}"), None)
        return _environment.get_template("handset.html").render(handset=shown) if shown else None
    if kind == "campaign":
        campaign = state.campaigns.get(name)
        return _environment.get_template("progress.html").render(campaign=campaign) if campaign else None
    return _environment.get_template("play.html").render(playing=state.playing, **PLAY) if part == "play" else ""


async def home(_exchange: Exchange, _request: Request) -> Response:
    """GET /."""
    return see_other("/campaigns")


async def campaigns(exchange: Exchange, _request: Request) -> Response:
    """GET /campaigns."""
    return _page(exchange, "campaigns.html", found=list(exchange.state.campaigns.values()))


async def add_campaign(exchange: Exchange, request: Request) -> Response:
    """POST /campaigns: a new draft."""
    name = request.form.get("name", "").strip() or "New campaign"
    campaign = exchange.add_campaign(name=name, sender="", text="")
    return see_other(f"/campaigns/{campaign.id}")


async def campaign(exchange: Exchange, request: Request, *, campaign_id: str) -> Response:
    """GET /campaigns/{campaign_id}: the tool beside the wall."""
    return _campaign_page(exchange, request, campaign_of(exchange, campaign_id))


def _campaign_page(exchange: Exchange, request: Request, found: Campaign, *, error: str = "", status: int = 200) -> Response:
    address = f"{request.headers.get('host', 'localhost')}/campaigns/"
    return _page(
        exchange,
        "campaign.html",
        status=status,
        campaign=found,
        address=address,
        error=error,
        measured=segments.measure(found.text),
        list_sizes=sorted({*LIST_SIZES, found.list_size}),
        alphabet=segments.BASIC + segments.EXTENDED,
        extended=segments.EXTENDED,
        when=request.form.get("when", "now") if request.method == "POST" else "now",
    )


async def change_campaign(exchange: Exchange, request: Request, *, campaign_id: str) -> Response:
    """POST /campaigns/{campaign_id}: save, and with the button `send` send now or at a time."""
    found, form = campaign_of(exchange, campaign_id), request.form
    try:
        _fill(exchange, found, form=form)
        if form.get("act") == "send":
            exchange.send(found, at=_when(form))
        elif form.get("act") == "cancel":
            exchange.cancel(found)
    except Refusal as refusal:
        return _campaign_page(exchange, request, found, error=str(refusal), status=422)
    return see_other(f"/campaigns/{found.id}")


def _fill(exchange: Exchange, found: Campaign, *, form: Mapping[str, str]) -> None:
    size = form.get("list_size", "")
    found.name = form.get("name", found.name).strip() or found.name
    found.sender = form.get("sender", found.sender).strip()
    found.text = form.get("text", found.text).replace("\r\n", "\n")[:_WORDS_LIMIT]
    found.list_size = int(size) if size in {str(offered) for offered in LIST_SIZES} else found.list_size
    exchange.keep()


def _when(form: Mapping[str, str]) -> datetime | None:
    """Return the instant asked for, None for now; a time without zone is this machine's. Raises Refusal."""
    if form.get("when") == "minute":
        return clock.now() + timedelta(minutes=1)
    if form.get("when") != "at":
        return None
    try:
        at = datetime.fromisoformat(form.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal("Choose a day and a time to send at.") from None
    if at < clock.now():
        raise Refusal("That time is past. Choose a later one, or send now.")
    return at


async def handsets(exchange: Exchange, _request: Request) -> Response:
    """GET /handsets: the wall."""
    return _page(exchange, "handsets.html")


async def reply(exchange: Exchange, request: Request, *, number: str) -> Response:
    """POST /handsets/{number}/replies."""
    words = request.form.get("words", "")[:_WORDS_LIMIT]
    handset = handset_of(exchange, number)
    try:
        exchange.reply(handset, words=words)
    except Refusal as refusal:
        raise Problem(409, str(refusal)) from None
    return _back(request)


async def everyone_replies(exchange: Exchange, request: Request) -> Response:
    """POST /handsets/replies: at random."""
    exchange.everyone_replies()
    return _back(request)


async def play(exchange: Exchange, request: Request) -> Response:
    """POST /play: a crowd of the size and length that the form offers."""
    consumers, minutes = request.form.get("consumers", ""), request.form.get("minutes", "")
    if consumers not in {str(size) for size in PLAY["crowds"]} or minutes not in {str(length) for length in PLAY["lengths"]}:
        raise Problem(422, "Choose how many consumers write, and for how long.")
    begin_play(exchange, NewPlay(consumers=int(consumers), seconds=60.0 * int(minutes)))
    return _back(request)


async def stop_play(exchange: Exchange, request: Request) -> Response:
    """POST /play/end."""
    exchange.stop_playing()
    return _back(request)


async def opt_out(exchange: Exchange, request: Request, *, number: str) -> Response:
    """POST /handsets/{number}/opt-out: by link."""
    exchange.opt_out(handset_of(exchange, number))
    return _back(request)


async def opt_in(exchange: Exchange, request: Request, *, number: str) -> Response:
    """POST /handsets/{number}/opt-in."""
    exchange.opt_in(handset_of(exchange, number))
    return _back(request)


async def see(exchange: Exchange, request: Request, *, number: str) -> Response:
    """POST /handsets/{number}/sight: the new text was looked at."""
    exchange.see(handset_of(exchange, number))
    return _back(request)


async def clear(exchange: Exchange, request: Request) -> Response:
    """POST /handsets/clearing."""
    exchange.clear()
    return _back(request)


async def change_faults(exchange: Exchange, request: Request) -> Response:
    """POST /faults."""
    form = request.form
    wanted: dict[str, object] = {name: name in form for name in _FAULTS}
    wanted["delay_seconds"] = DELAY_SECONDS if "delay" in form else 0.0
    exchange.change_settings(changed(exchange.state.settings, {"faults": wanted}))
    return _back(request)


async def settings(exchange: Exchange, _request: Request) -> Response:
    """GET /settings."""
    return _settings_page(exchange)


def _settings_page(exchange: Exchange, *, error: str = "", status: int = 200, is_saved: bool = False) -> Response:
    return _page(exchange, "settings.html", status=status, error=error, is_saved=is_saved)


async def change_settings(exchange: Exchange, request: Request) -> Response:
    """POST /settings."""
    try:
        exchange.change_settings(changed(exchange.state.settings, _settings_in(request.form)))
    except (msgspec.ValidationError, ValueError) as error:
        return _settings_page(exchange, error=str(error), status=422)
    return _settings_page(exchange, is_saved=True)


def _settings_in(form: Mapping[str, str]) -> dict[str, object]:
    """Return the changes that the settings form asks for. Raises ValueError."""
    texts = ("notice_token", "product_token", "sender", "reply_generation", "antiphon_url")
    return {
        "webhooks": {name: form[name].strip() for name in ("notice", "reply", "report", "opt_out") if name in form},
        **{name: form[name].strip() for name in texts if name in form},
        "retry_seconds": float(form.get("retry_seconds", "300")),
        "campaign_grouping": int(form.get("campaign_grouping", "1")),
        "echo_answers": "echo_answers" in form,
        "refuse_opted_out": "refuse_opted_out" in form,
        "refusals": _codes(form.get("refusals", "")),
        "undelivered": _codes(form.get("undelivered", "")),
    }


def _codes(lines: str) -> dict[str, int]:
    """Return a code per number from lines such as `+31612340414 402`. Raises ValueError."""
    pairs = [line.split() for line in lines.splitlines() if line.strip()]
    if any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004 - a number and a code
        raise ValueError("Write one number and one code on each line, such as: +31612340414 402")
    return {number: int(code) for number, code in pairs}


async def log(exchange: Exchange, _request: Request) -> Response:
    """GET /log."""
    return _page(exchange, "log.html", entries=exchange.log.latest(LOG_SHOWN))


def error_page(exchange: Exchange, problem: Problem) -> Response:
    """Return a page that says what cannot be done."""
    return _page(exchange, "problem.html", status=problem.status, problem=problem)


def _back(request: Request) -> Response:
    """Return to the page that the form was on; only a path of our own."""
    wanted = request.form.get("back", "")
    return see_other(wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/handsets")


def _page(exchange: Exchange, template: str, *, status: int = 200, **context: object) -> Response:
    state = exchange.state
    shown = {
        "settings": state.settings,
        "wall": wall_of(state),
        "handset_count": len(state.handsets),
        "pending": exchange.postman.pending,
        "playing": state.playing,
        "antiphon_url": state.settings.antiphon_url or exchange.site_url,
    }
    return Response(status, _environment.get_template(template).render(shown | PLAY | context).encode())
