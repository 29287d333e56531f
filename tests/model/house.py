"""One tenant and everything that may happen to it, each thing by the verb that production uses; and what the outside knows of it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from antiphon.attribution.verbs import relinkable
from antiphon.campaigns import verbs as campaigns
from antiphon.consumers.models import Consumer
from antiphon.conversations import closing, sending
from antiphon.conversations import verbs as conversations
from antiphon.conversations.models import Answer, Conversation
from antiphon.conversations.relinking import relink
from antiphon.conversations.sending import NotSentYet
from antiphon.conversations.verbs import Outcome
from antiphon.edge.doors import connect
from antiphon.events import relay
from antiphon.intake.mapping import map_late
from antiphon.intake.models import Arrival, Reply
from antiphon.intake.refusals import learn_of_opt_out
from antiphon.intake.replay import retry_next
from antiphon.kit import failpoints
from antiphon.kit.db import Database, account, lane_account, rows
from antiphon.kit.problems import Problem
from antiphon.metrics.folding import fold
from antiphon.metrics.recount import differences
from antiphon.privacy import erasing
from antiphon.providers.transport import Transport
from antiphon.routing.presence import set_presence
from antiphon.routing.verbs import route
from tests.conversations.provider import Provider
from tests.kit.deliver import Deliver, Post
from tests.kit.promises import broken
from tests.kit.world import CLEO, MIA, OTTO, Tenant

PHONES = (CLEO, MIA, OTTO)
OTHER_NUMBER = "+3197000004499"
_NOBODY = "http://127.0.0.1:9"
_CLIMB = ("dispatching", "unknown", "queued", "sent", "failed", "delivered", "read")
_TABLES = ("arrival", "arrival_key", "notice", "reply", "decision", "opt_out", "delivery_report", "conversation", "conversation_step",
           "answer", "conversion", "event", "counter_move", "consumer", "campaign", "audit_entry")  # fmt: skip


class Crashed(Exception):  # noqa: N818 - what happens to the one who works
    """Whoever worked ends here: nothing of the transaction may stay."""


@dataclass
class House:
    """A tenant, its provider, and the ledger of what was acknowledged."""

    tenant: Tenant
    provider: Provider
    folder: Path
    transport: Transport
    sent: list[Post] = field(default_factory=list)
    acknowledged: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    erased: dict[str, Any] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    climbed: dict[UUID, str] = field(default_factory=dict)
    put_off: Counter[str] = field(default_factory=Counter)
    numbers: int = 0

    @property
    def id(self) -> int:
        return self.tenant.id

    @property
    def now(self) -> Any:
        return self.tenant.clock()

    def number(self) -> int:
        """Return a number that no text of this house has had."""
        self.numbers += 1
        return self.numbers

    # What providers send.

    def deliver(self, posts: Sequence[Post], *, how: str = "whole") -> None:
        """Take webhooks in, in one batch: `whole`; `crash`: who takes them dies first, and they come again; `fail`: the line fails."""
        if how == "crash":
            self.unchanged_by(lambda db: self._take(db, posts))
        if how == "fail":
            failpoints.arm(self.folder, "line.taken", "fail")
        with account(self.id) as db:
            self._take(db, posts)
        (self.folder / "line.taken").unlink(missing_ok=True)  # a batch of copies does not come by
        self.acknowledged += len(posts)
        self.sent += posts
        self.seen[f"deliver: {how}"] += 1

    def _take(self, db: Database, posts: Sequence[Post]) -> None:
        deliver = Deliver(self.tenant)
        deliver.store(db, *posts, sources=deliver.sources())

    def broadcast(self, campaign: str, phones: Sequence[str], *, how: str, sender: str | None) -> None:
        deliver, text = Deliver(self.tenant), f"notice {self.number()}"
        self.deliver([deliver.notice_post(phone, campaign, at=self.now, text=text, sender=sender) for phone in phones], how=how)

    def reply(self, phone: str, *, how: str, ago: timedelta, **words: Any) -> None:
        text = f"reply {self.number():05}"
        if self.now - ago <= self.erased.get(phone, self.now - timedelta(days=99)):
            self.gone.add(text)  # what is of before the erasure brings nothing back
        else:
            self.texts[text] = phone
        self.deliver([Deliver(self.tenant).reply_post(phone, text, at=self.now, replied_at=self.now - ago, **words)], how=how)

    def stop(self, phone: str, *, how: str) -> None:
        self.deliver([Deliver(self.tenant).reply_post(phone, "STOP", at=self.now)], how=how)

    def opt_out(self, phone: str, *, kind: str, scope: str, how: str) -> None:
        self.deliver([Deliver(self.tenant).opt_out_post(phone, at=self.now, kind=kind, scope=scope, sender=self.tenant.number)], how=how)

    def copies(self, place: int, count: int, *, how: str) -> None:
        """Let what was sent before come again, soon enough to be known as copies."""
        known = [post for post in self.sent if timedelta(0) <= self.now - post.received_at <= timedelta(minutes=10)]
        if known:
            post = known[place % len(known)]
            self.deliver([Post(post.kind, post.body, self.now, post.source)] * count, how=how)

    def report(self, phone: str, place: int, code: int) -> None:
        """Report on one of our answers, or on nothing we know."""
        tried = self.tried()
        answers = [answer for answer in self._answers() if answer.reference in tried]
        reference = answers[place % len(answers)].reference if answers and place else f"unknown {self.number()}"
        self.deliver([Deliver(self.tenant).report_post(phone, reference, code=code, at=self.now)])

    # What people do.

    def conversation(self, place: int, *, is_closed: bool) -> UUID:
        """Return one of the open conversations, or of the closed ones, by its place: newest first."""
        with account(self.id):
            of_state = Conversation.objects.filter(account_id=self.id, closed_at__isnull=not is_closed)
            found = list(of_state.values_list("id", "opening_reply_id"))
            texts = dict(Reply.objects.filter(id__in=[opening for _, opening in found]).values_list("id", "text"))
        found.sort(key=lambda row: -_number_in(texts[row[1]]))
        return found[place % len(found)][0] if found else UUID(int=0)

    def somebody(self, place: int, name: str, *, is_closed: bool = False) -> str:
        """Return who has one of the conversations, or closed it; else `name`."""
        with account(self.id):
            found = Conversation.objects.filter(account_id=self.id, id=self.conversation(place, is_closed=is_closed)).first()
        by = None if found is None else found.closed_by_membership_id if is_closed else found.agent_id
        return next((one for one, person in self.tenant.people.items() if person.pk == by), name)

    def agent(self, name: str) -> int:
        return int(self.tenant.people[name].id)

    def do(self, verb: str, place: int, *, by: str, is_crashing: bool = False, is_closed: bool = False, **more: Any) -> Any:
        """Do something with a conversation; what is refused changes nothing."""
        conversation = self.conversation(place, is_closed=is_closed)

        def act(db: Database) -> Any:
            return getattr(conversations, verb)(db, self.id, conversation, actor=f"membership:{self.agent(by)}", at=self.now, **more)

        if is_crashing:
            self.unchanged_by(act)
        try:
            with account(self.id) as db:
                done = act(db)
        except Problem as problem:
            self.seen[f"{verb}: {problem.code}"] += 1
            return None
        self.seen[f"{verb}: done"] += 1
        return done

    def answer(self, place: int, *, by: str, is_crashing: bool) -> None:
        """Write an answer; who has the conversation does, else whoever is named."""
        number, by = self.number(), self.somebody(place, by)
        answer_id = self.do("answer", place, by=by, is_crashing=is_crashing, agent_id=self.agent(by), text=f"answer {number}")
        if answer_id is not None:
            assert not self._is_opted_out(answer_id), "no answer is stored after an opt-out that is later than the latest reply"

    def _is_opted_out(self, answer_id: UUID) -> bool:
        with account(self.id) as db:
            statement = """
                select max(o.at) filter (where o.is_out) > c.last_replied_at as is_out, max(o.at) filter (where not o.is_out) as is_in
                from answer a join conversation c on c.account_id = a.account_id and c.id = a.conversation_id
                left join opt_out o on o.account_id = a.account_id and o.consumer_id = a.consumer_id and o.scope <> 'number'
                where a.id = %(id)s::uuid group by c.last_replied_at
            """
            (found,) = rows(db, statement, {"id": answer_id})
        return bool(found.is_out) and found.is_in is None

    def send(self, place: int, how: str) -> None:
        """Have the worker send one of the answers, whatever became of it before; the provider behaves as told."""
        answers = self._answers()
        if not answers:
            return
        answer = answers[place % len(answers)]
        self.provider.code, self.provider.hangs_up = {"refuses": 303, "opted out": 402, "later": 500}.get(how, 0), how == "hangs up"
        if how == "dies":
            failpoints.arm(self.folder, "answer.called", "fail")
        url, before = _NOBODY if how == "unreachable" else self.provider.url, len(self.provider.texts)
        with suppress(NotSentYet, failpoints.Struck):
            sending.send(self.id, answer.id, transport=self.transport, base_url=url, now=lambda: self.now, learn=learn_of_opt_out)
        if how == "later":
            self.put_off.update(text["reference"] for text in self.provider.texts[before:])
        (self.folder / "answer.called").unlink(missing_ok=True)
        self.seen[f"send: {how}"] += 1

    def _answers(self) -> list[Answer]:
        with account(self.id):
            return sorted(Answer.objects.filter(account_id=self.id), key=lambda one: -_number_in(one.text))

    def close(self, place: int, *, by: str, is_goal: bool, is_crashing: bool) -> None:
        self.do("close", place, by=by, is_crashing=is_crashing, outcome=Outcome(is_goal_reached=is_goal), member_id=self.agent(by))

    def presence(self, name: str, state: str) -> None:
        set_presence(self.id, self.agent(name), state=state, actor=f"membership:{self.agent(name)}", at=self.now)

    def campaign(self, name: str, state: str) -> None:
        """Bring a campaign to a state, if it may go there."""
        self._try(
            f"campaign: {state}", lambda: campaigns.set_state(self.id, self.tenant.campaigns[name].id, state, actor="command", at=self.now)
        )

    def relink(self) -> None:
        """Relink what is offered."""
        with account(self.id) as db:
            offered = relinkable(db, self.id).conversation_ids
        if offered:
            relink(self.id, offered, subject="account", actor="command", at=self.now)
            self.seen["relink"] += 1

    def erase(self, phone: str) -> None:
        """Erase a consumer, and have the worker look through the rest; what they wrote must be nowhere from then on."""
        with account(self.id):
            who = Consumer.objects.filter(account_id=self.id, phone=phone).values_list("id", flat=True).first()
        if who is None:
            return
        try:
            erasing.erase(self.id, who, actor="command", at=self.now)
        except Problem as problem:
            self.seen[f"erase: {problem.code}"] += 1
            return
        erasing.sweep(self.id, who, at=self.now)
        self.erased[phone] = self.now
        self.gone |= {text for text, of in self.texts.items() if of == phone}
        self.texts = {text: of for text, of in self.texts.items() if of != phone}
        self.seen["erase: done"] += 1

    def _try(self, name: str, act: Callable[[], Any]) -> None:
        try:
            act()
        except Problem as problem:
            self.seen[f"{name}: {problem.code}"] += 1
        else:
            self.seen[f"{name}: done"] += 1

    # What the worker does.

    def work(self, loop: str) -> None:
        """Give one of the worker's loops its turn."""
        getattr(self, f"_{loop}")()
        self.seen[f"work: {loop}"] += 1

    def _route(self) -> None:
        with connect("default") as db:
            given = 1
            while given:
                with lane_account(db, self.id):
                    given = route(db, self.id, at=self.now)
        with account(self.id) as db:
            assert rows(db, _BESIDE_A_FREE_AGENT) == [], "nobody waits beside a free agent"

    def _number(self) -> None:
        with account(self.id) as db:
            relay.number(db, self.id)

    def _fold(self) -> None:
        with account(self.id) as db:
            fold(db, self.id)

    def _map(self) -> None:
        map_late(self.id, door=account)

    def _retry(self) -> None:
        with connect("default") as db:
            while retry_next(db, self.id, sources=Deliver(self.tenant).sources(), at=self.now):
                pass

    def _close(self) -> None:
        with account(self.id) as db:
            for conversation in list(Conversation.objects.filter(account_id=self.id).exclude(state="closed").values_list("id", flat=True)):
                closing.close_left(db, self.id, conversation, at=self.now)
                closing.close_idle(db, self.id, conversation, at=self.now)

    # What must hold.

    def unchanged_by(self, act: Callable[[Database], Any]) -> None:
        """Do something and die before it commits: everything is as before."""
        before = self.digest()
        with suppress(Crashed, Problem), account(self.id) as db:
            act(db)
            raise Crashed
        assert self.digest() == before, "what was not committed left something behind"
        self.seen["crashed"] += 1

    def digest(self) -> str:
        """Return a fingerprint of every row of the account."""
        with account(self.id) as db:
            found = [rows(db, f"select count(*), md5(string_agg(t::text, '' order by t::text)) from {table} t") for table in _TABLES]
        return hashlib.sha256(repr(found).encode()).hexdigest()

    def check(self) -> None:
        """Hold the tables against the promises, and against what the outside knows."""
        with account(self.id) as db:
            assert broken(db) == []
            assert differences(db, self.id) == [], "counters equal a recount"
            assert Arrival.objects.count() == self.acknowledged, "whatever was acknowledged is stored, once each"
            stored = list(Reply.objects.exclude(text="").values_list("text", flat=True))
            assert rows(db, _REMEMBERED, {"texts": f"({'|'.join(sorted(self.gone)) or 'nothing yet'})"}) == [], "who is erased is gone"
            waiting = Arrival.objects.filter(state="pending").exists()
            states = {row.id: str(row.state) for row in rows(db, "select id, state from answer union all select id, state from notice")}
        assert len(set(stored)) == len(stored), "a reply is stored once, however often it comes"
        assert set(stored) <= set(self.texts)
        assert waiting or set(stored) == set(self.texts), "every reply is stored"
        fell = [(was, states[one]) for one, was in self.climbed.items() if _CLIMB.index(states[one]) < _CLIMB.index(was)]
        assert fell == [], "delivery states only climb"
        self.climbed = states
        self._check_sent()

    def _check_sent(self) -> None:
        tried = self.tried()
        for answer in self._answers():
            assert tried[answer.reference] <= 1, "an answer reaches the provider at most once"
            assert tried[answer.reference] or answer.state == "dispatching", "what is said of an answer is what the provider said"

    def tried(self) -> Counter[str]:
        """Return how often the provider may have taken each answer, by its reference."""
        return Counter(text["reference"] for text in self.provider.texts) - self.put_off

    def finish(self) -> None:
        """Let everything that still waits have its turn, and hold it once more."""
        for _ in range(8):
            self.tenant.clock.forward(minutes=31)
            self._retry()
        for loop in ("route", "number", "map", "close", "fold"):
            self.work(loop)
        with account(self.id):
            assert not Arrival.objects.filter(state__in=["pending", "quarantined"]).exists()
        self.check()


def _number_in(text: str) -> int:
    """Return the number that a text ends in; what was erased has none."""
    last = text.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


_REMEMBERED = """
    select 'arrival', id::text from arrival where state <> 'pending' and encode(body, 'escape') ~ %(texts)s::text
    union all select 'reply', id::text from reply where text ~ %(texts)s::text
    union all select 'opt_out', id::text from opt_out where text ~ %(texts)s::text
    union all select 'conversation', id::text from conversation where last_text ~ %(texts)s::text
    union all select 'event', id::text from event where content::text ~ %(texts)s::text
    union all select 'audit', id::text from audit_entry where detail::text ~ %(texts)s::text
"""
"""Where texts of erased consumers are still to be read; what waits for the line is emptied when its turn comes."""

_BESIDE_A_FREE_AGENT = """
    select c.id from conversation c
    join membership_skill s on s.account_id = c.account_id and s.skill_id = c.skill_id
    join membership m on m.account_id = c.account_id and m.id = s.membership_id
    join presence p on p.account_id = c.account_id and p.membership_id = m.id and p.state = 'online'
    where c.state = 'queued' and c.leaving_at is null and m.capacity > (
        select count(*) from conversation held where held.account_id = c.account_id and held.agent_id = m.id and held.state = 'assigned'
    )
"""
