"""The benchmark `pages`: server time of the agent's workspace, and of finding conversations, among many and among a thousand."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from antiphon.bench.site import as_owner, median, progress, scratch
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.config.env import Environment
from antiphon.kit import clock
from antiphon.kit.db import account, run, sql

if TYPE_CHECKING:
    from django.test import Client

_HERE = "antiphon.bench"
_NUMBER = "+3197000004410"
_FEW = 1000
_STEP = 20_000
_TABLES = "consumer, conversation, reply, search_entry"


@dataclass(frozen=True, slots=True)
class Site:
    """An account with so many conversations, seen by an agent and by a supervisor."""

    account_id: int
    agent: "Client"
    leader: "Client"


def pages(options: Options) -> dict[str, Any]:
    """Measure each page among `options.notices` conversations and among a thousand, turn by turn. Raises WrongFiguresError."""
    with scratch(options.home) as environment:
        sites = [site_of(environment, total) for total in (options.notices, _FEW)]
        measured = {name: _measured(sites, ask, rounds=options.rounds) for name, ask in _PAGES.items()}
    ratios = {name: one["ratio"] for name, one in measured.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    return {"bench": "pages", "conversations": [options.notices, _FEW], "worst": worst, "worst_ratio": ratios[worst], "pages": measured}


def _get(path: str, *, by: str = "leader") -> Callable[[Site], Any]:
    return lambda site: getattr(site, by).get(path, headers={"host": "localhost"})


def _post(**typed: str) -> Callable[[Site], Any]:
    """Ask for what is posted, and follow to the list of it."""
    return lambda site: site.leader.post("/conversations/search", typed, headers={"host": "localhost"}, follow=True)


_PAGES: dict[str, Callable[[Site], Any]] = {
    "workspace": _get("/workspace/", by="agent"),
    "conversations": _get("/conversations/"),
    "open": _get("/conversations/?state=open"),
    "closed": _get("/conversations/?state=closed"),
    "verdict, 200 found": _get("/conversations/?verdict=set_by_person"),
    "outcome, 200 found": _get("/conversations/?outcome=reached"),
    "a word, 200 found": _get("/conversations/?text=order0004"),
    "a word, one in four": _get("/conversations/?text=tuesday"),
    "two words": _get("/conversations/?text=van+order0001"),
    "a whole number": _post(phone="+31621359600"),
    "the end of a number": _post(phone="1359600"),
    "the beginning of a number, one in ten": _post(phone="+31 6 2"),
    "nothing like it": _get("/conversations/?text=elephants"),
}


def _measured(sites: list[Site], ask: Callable[[Site], Any], *, rounds: int) -> dict[str, float]:
    """Return the medians in milliseconds; the first turn of each is not counted."""
    taken: list[tuple[float, ...]] = [tuple(_timed(site, ask) for site in sites) for _ in range(rounds + 1)][1:]
    many, few = (median([turn[place] for turn in taken]) for place in range(2))
    return {"many_ms": round(1000 * many, 1), "few_ms": round(1000 * few, 1), "ratio": round(many / few, 2)}


def _timed(site: Site, ask: Callable[[Site], Any]) -> float:
    began = time.perf_counter()
    answer = ask(site)
    took = time.perf_counter() - began
    if answer.status_code != 200:  # noqa: PLR2004 - the page
        message = f"a page answered {answer.status_code}"
        raise WrongFiguresError(message)
    return took


def site_of(environment: Environment, total: int) -> Site:
    """Return an account with so many conversations; one that is seeded already is used as it is."""
    from antiphon.accounts import verbs as accounts  # noqa: PLC0415 - after Django's set-up
    from antiphon.accounts.models import Account, Membership, Skill  # noqa: PLC0415 - as above
    from antiphon.providers.models import Source  # noqa: PLC0415 - as above
    from antiphon.providers.verbs import NewSource, connect  # noqa: PLC0415 - as above

    name, at = f"Pages of {total}", clock.now()
    found = Account.objects.filter(name=name).first()
    if found is None:
        found = accounts.create_account(name, actor="command", at=at)
        accounts.enable_app(found.id, "cm", actor="command", at=at)
        skill = accounts.create_skill(found.id, name="care", actor="command", at=at)
        new = NewSource(app="cm", name="CM", product_token="bench", numbers=(_NUMBER,), default_skill_id=skill.id)  # noqa: S106
        source = connect(found.id, new, actor="command", at=at)
        people = [
            accounts.create_person(
                found.id, email=f"{role}{total}@bench.example", name=role, role=role, skills=[skill.id], actor="command", at=at
            )
            for role in ("agent", "supervisor")
        ]
        given = {"account": found.id, "source": source.id, "skill": skill.id, "agent": people[0].pk, "number": _NUMBER, "total": total}
        _fill(environment, given)
    people_of = Membership.objects.filter(account_id=found.id)
    with account(found.id):
        if not (Skill.objects.filter(account_id=found.id).exists() and Source.objects.filter(account_id=found.id).exists()):
            message = "the account is seeded by halves: take another home"
            raise WrongFiguresError(message)
    return Site(found.id, _visitor(people_of.get(role="agent")), _visitor(people_of.get(role="supervisor")))


def _fill(environment: Environment, given: dict[str, Any]) -> None:
    total = given["total"]
    with as_owner(environment) as db:
        for first in range(1, total + 1, _STEP):
            span = given | {"first": first, "last": min(first + _STEP - 1, total)}
            run(db, sql(_HERE, "seed_conversations"), span)
            if first == 1:
                run(db, f"analyze {_TABLES}")
            run(db, sql(_HERE, "seed_entries"), span)
            progress(f"seeded {span['last']:,} of {total:,} conversations")
        run(db, f"vacuum analyze {_TABLES}")


def _visitor(person: Any) -> "Client":
    from django.test import Client  # noqa: PLC0415 - after Django's set-up

    signed_in = Client()
    signed_in.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return signed_in
