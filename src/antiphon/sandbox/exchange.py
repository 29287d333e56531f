"""The sandbox at work: broadcasts go out, handsets receive and reply, webhooks tell the customer. Everything else is around it."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path

from antiphon.kit import clock, ids
from antiphon.sandbox import gateway, payloads, store
from antiphon.sandbox.live import Live
from antiphon.sandbox.log import Entry, Log
from antiphon.sandbox.play import Said, script
from antiphon.sandbox.postman import Postman, Webhook
from antiphon.sandbox.state import (
    WALL_SIZE,
    Campaign,
    Handset,
    Playing,
    Settings,
    State,
    Text,
    add_handset,
    handset_at,
    latest_text,
    recipients_of,
    remember,
    wall_of,
)

SAVE_SECONDS = 0.5
REPORT_SECONDS = 0.4
_BREATH = 100
_STOP_WORDS = frozenset({"stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "afmelden", "uitschrijven", "arret", "arrêt"})
_RANDOM_REPLIES = ("Yes please", "Tuesday would be fine", "How long does it take?", "Not this year, thanks", "Can you call me?", "YES")


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """What was asked cannot be done now; the message says why."""


class Exchange:
    """One CM account with its campaigns and the handsets it can reach."""

    def __init__(self, path: Path, *, render: Callable[[State, str], str | None], site_url: str = "") -> None:
        self.site_url = site_url
        self._path = path
        self.state = store.load(path)
        self.log = Log()
        self.live = Live(lambda part: render(self.state, part))
        self.postman = Postman(log=self.log, settings=lambda: self.state.settings, after=lambda: self.live.touch("log"))
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_save_due = False
        self.hung_up = asyncio.Event()
        self._play_ended = asyncio.Event()

    def start(self) -> None:
        """Begin to deliver, and take up what was scheduled or under way before the last stop."""
        self.postman.start()
        for campaign in self.state.campaigns.values():
            if campaign.state == "scheduled":
                self._soon(self._send_at(campaign))
            elif campaign.state == "sending":
                campaign.state = "sent"
        self.stop_playing()

    def hang_up(self) -> None:
        """End streams and calls that are kept waiting, so that the server can stop."""
        self.hung_up.set()
        self.live.stop()

    async def stop(self) -> None:
        """Stop delivering and keep the state."""
        self.hang_up()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.postman.stop()
        store.save(self._path, self.state)

    # campaigns

    def add_campaign(self, *, name: str, sender: str, text: str) -> Campaign:
        """Make a draft with a new campaign ID of six digits."""
        known = self.state.campaigns
        new_id = next(made for made in iter(lambda: str(random.randrange(100_000, 1_000_000)), None) if made not in known)  # noqa: S311
        known[new_id] = Campaign(id=new_id, name=name, sender=sender or self.state.settings.sender, text=text)
        self.keep()
        return known[new_id]

    def send(self, campaign: Campaign, *, at: datetime | None = None) -> None:
        """Send a campaign now, or at an instant. One that was sent may be sent again. Raises Refusal."""
        if campaign.state == "sending":
            raise Refusal("This campaign is going out already.")
        if not campaign.text.strip() or not campaign.sender.strip():
            raise Refusal("A campaign needs a sender and a text.")
        campaign.scheduled_at, campaign.state = at, "scheduled" if at else "sending"
        self._changed_campaign(campaign)
        self._soon(self._send_at(campaign) if at else self._send(campaign))

    async def _send_at(self, campaign: Campaign) -> None:
        due = campaign.scheduled_at
        while due is not None and (wait := (due - clock.now()).total_seconds()) > 0:
            await asyncio.sleep(min(wait, 60.0))
            if campaign.scheduled_at != due:
                return
        if campaign.state == "scheduled" and self.state.campaigns.get(campaign.id) is campaign:
            await self._send(campaign)

    def cancel(self, campaign: Campaign) -> None:
        """Take a schedule back. Raises Refusal."""
        if campaign.state != "scheduled":
            raise Refusal("This campaign is not scheduled.")
        campaign.state, campaign.scheduled_at = "sent" if campaign.sent_at else "draft", None
        self._changed_campaign(campaign)

    async def _send(self, campaign: Campaign) -> None:
        recipients = recipients_of(self.state, campaign)
        reached = [handset for handset in recipients if handset.opted_out_at is None]
        campaign.state, campaign.sent_at = "sending", clock.now()
        campaign.recipients, campaign.skipped, campaign.told = len(reached), len(recipients) - len(reached), 0
        for place, handset in enumerate(reached):
            self._send_one(campaign, handset)
            if place % _BREATH == 0:
                await asyncio.sleep(0)
        campaign.state, campaign.scheduled_at = "sent", None
        self._changed_campaign(campaign)

    def _send_one(self, campaign: Campaign, handset: Handset) -> None:
        text = Text(
            kind="text",
            words=campaign.text,
            at=clock.now(),
            other=campaign.sender,
            reference=ids.reference(),
            groupings=payloads.groupings_of(campaign, settings=self.state.settings),
        )
        self._tell_notice(handset, text, told=lambda: self._count_told(campaign))
        self._arrive(handset, text)

    def _count_told(self, campaign: Campaign) -> None:
        campaign.told += 1
        self._changed_campaign(campaign)

    # towards handsets

    def _arrive(self, handset: Handset, text: Text) -> None:
        """Put a text on its handset, unless that cannot be reached, and report which."""
        error = self.state.settings.undelivered.get(handset.number, 0)
        if not error:
            remember(handset, text)
            self._changed_handset(handset)
        if text.reference and not self.state.settings.faults.no_reports:
            body = payloads.report(to=handset.number, reference=text.reference, at=clock.now(), error=error)
            url = self.state.settings.webhooks.report
            self.postman.put(Webhook("report", url, body, handset.number, text.reference), delay=REPORT_SECONDS)

    def _tell_notice(self, handset: Handset, text: Text, *, told: Callable[[], None] | None = None) -> None:
        settings = self.state.settings
        body = payloads.notice(text, to=handset.number, token=settings.notice_token)
        self.postman.put(Webhook("notice", settings.webhooks.notice, body, handset.number, told=told))

    def offer(self, headers: dict[str, str], body: bytes) -> gateway.Judged:
        """Take a request to the send API: judge it, and deliver what is accepted."""
        judged = gateway.judge(headers, body, settings=self.state.settings, has_opted_out=self._has_opted_out)
        for message in judged.offered:
            self._note_offered(message, status=judged.status)
        for message in judged.accepted:
            self._deliver(message)
        if not judged.offered:
            self._note_offered(gateway.Offered("", "", "", "", "", ("", "", ""), code=_code_of(judged)), status=judged.status)
        return judged

    def _has_opted_out(self, number: str) -> bool:
        handset = self.state.handsets.get(number)
        return handset is not None and handset.opted_out_at is not None

    def _deliver(self, message: gateway.Offered) -> None:
        handset = self.state.handsets.get(message.number) or add_handset(self.state, number=message.number, name=message.number)
        text = Text("text", message.words, clock.now(), _from_written(message.sender), message.reference, message.groupings)
        if self.state.settings.echo_answers:
            self._tell_notice(handset, text)
        self._arrive(handset, text)

    def _note_offered(self, message: gateway.Offered, *, status: int) -> None:
        outcome = f"refused {message.code}" if message.code else "accepted"
        new_id = self.log.next_id()
        self.log.put(Entry(new_id, clock.now(), "received", "message", message.number, message.reference, status, outcome))
        self.live.touch("log")

    # from handsets

    def reply(self, handset: Handset, *, words: str, to: str = "") -> Text:
        """Let the owner of a handset write, to the sender of the latest text or to a number. Raises Refusal."""
        answered = latest_text(handset, sender=to)
        other = to or (answered.other if answered else self.state.settings.sender)
        if not other.lstrip("+").isdigit():
            raise Refusal(f"{other} is a name: nobody can reply to it.")
        linked = (answered.reference, answered.groupings) if answered else ("", ("", "", ""))
        text = Text("reply", words, clock.now(), other, *linked)
        remember(handset, text)
        self._tell_reply(handset, text)
        if words.strip(" \n.!").casefold() in _STOP_WORDS and handset.opted_out_at is None:
            handset.opted_out_at = clock.now()
        self._changed_handset(handset)
        return text

    def _tell_reply(self, handset: Handset, text: Text) -> None:
        settings = self.state.settings
        body = payloads.reply(text, phone=handset.number, generation=settings.reply_generation)
        self.postman.put(Webhook("reply", settings.webhooks.reply, body, handset.number, text.reference))

    def everyone_replies(self) -> int:
        """Let every shown handset that was sent a text, and may be written to, reply at random; return how many did."""
        able = [handset for handset in wall_of(self.state) if handset.opted_out_at is None and latest_text(handset)]
        for handset in able:
            self.reply(handset, words=random.choice(_RANDOM_REPLIES))  # noqa: S311 - not a secret
        return len(able)

    # a crowd

    def play(self, *, consumers: int, seconds: float, seed: int) -> Playing:
        """Let a crowd write over so many seconds: those who were sent a text first, then others, out of the blue. Raises Refusal."""
        if self._is_playing():
            raise Refusal("A crowd is writing already. Stop it first.")
        lines = script([handset.number for handset in self._crowd(consumers)], seconds=seconds, seed=seed)
        self.state.playing = Playing(consumers, seconds, seed, len(lines), clock.now())
        self._play_ended.clear()
        self._changed_play()
        self._soon(self._play(self.state.playing, lines))
        return self.state.playing

    def stop_playing(self) -> None:
        """Let nobody of the crowd write any more."""
        if self.state.playing and self._is_playing():
            self.state.playing.state = "stopped"
            self._play_ended.set()
            self._changed_play()

    def _is_playing(self) -> bool:
        return self.state.playing is not None and self.state.playing.state == "playing"

    def _crowd(self, size: int) -> list[Handset]:
        able = [handset for handset in self.state.handsets.values() if handset.opted_out_at is None]
        able.sort(key=lambda handset: latest_text(handset) is None)
        places = itertools.count()
        while len(able) < size:
            one = handset_at(self.state, next(places))
            if one.opted_out_at is None and one not in able:
                able.append(one)
        return able[:size]

    async def _play(self, playing: Playing, lines: Sequence[Said]) -> None:
        began = time.monotonic()
        for line in lines:
            if await self._is_stopped_within(began + line.at_seconds - time.monotonic()):
                return
            self._say(line)
            playing.said += 1
            self._changed_play()
        playing.state = "done"
        self._changed_play()

    async def _is_stopped_within(self, seconds: float) -> bool:
        """Wait so long, or until the crowd is stopped, and tell which it was."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._play_ended.wait(), max(0.0, seconds))
        return self._play_ended.is_set()

    def _say(self, line: Said) -> None:
        """Let one write, who may have been cleared away or sent a text from a name meanwhile: to that nobody can reply."""
        handset = self.state.handsets.get(line.number) or add_handset(self.state, number=line.number, name=line.number)
        with contextlib.suppress(Refusal):
            self.reply(handset, words=line.words)

    def _changed_play(self) -> None:
        self.live.touch("play")
        self.keep()

    def opt_out(self, handset: Handset) -> None:
        """Opt out by the link in a text: CM keeps it and sends the opt-out webhook."""
        if handset.opted_out_at is None:
            handset.opted_out_at = clock.now()
            self._tell_opt_out(handset, kind="opt_out")

    def opt_in(self, handset: Handset) -> None:
        """Take an opt-out back."""
        if handset.opted_out_at is not None:
            handset.opted_out_at = None
            self._tell_opt_out(handset, kind="opt_in")

    def _tell_opt_out(self, handset: Handset, *, kind: str) -> None:
        body = payloads.opt_out(number=handset.number, kind=kind, at=clock.now())
        self.postman.put(Webhook("opt_out", self.state.settings.webhooks.opt_out, body, handset.number))
        self._changed_handset(handset)

    def see(self, handset: Handset) -> None:
        """Note that the new text was seen."""
        if handset.has_new:
            handset.has_new = False
            self._changed_handset(handset)

    def clear(self) -> None:
        """Empty every handset and forget those beyond the wall. Opt-outs stay: they are the consumers'."""
        for number in list(self.state.handsets)[WALL_SIZE:]:
            if self.state.handsets[number].opted_out_at is None:
                del self.state.handsets[number]
        for handset in self.state.handsets.values():
            handset.texts, handset.has_new = [], False
            self._changed_handset(handset)

    # settings, and keeping

    def change_settings(self, settings: Settings) -> None:
        """Use other settings from now on."""
        self.state.settings = settings
        self.keep()

    def _changed_campaign(self, campaign: Campaign) -> None:
        self.live.touch(f"campaign-{campaign.id}")
        self.keep()

    def _changed_handset(self, handset: Handset) -> None:
        self.live.touch(f"handset-{handset.number[1:]}")
        self.keep()

    def keep(self) -> None:
        """Write the state to its file soon."""
        if not self._is_save_due:
            self._is_save_due = True
            asyncio.get_running_loop().call_later(SAVE_SECONDS, self._save)

    def _save(self) -> None:
        self._is_save_due = False
        store.save(self._path, self.state)

    def _soon(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _from_written(number: str) -> str:
    return "+" + number[2:] if number.startswith("00") else number


def _code_of(judged: gateway.Judged) -> int:
    code = judged.answer["errorCode"]
    return code if isinstance(code, int) else 999
