"""The plans of what the workspace and the list of conversations ask, with what they read: each question gets a plan of its own."""

from importlib import resources
from typing import Any

from antiphon.bench.pages import site_of
from antiphon.bench.site import as_owner, scratch
from antiphon.bench.types import Options
from antiphon.kit import clock
from antiphon.kit.db import Database, account, lane_account, rows, sql

# The function that is asked, with its own text: only what it returns is the plan instead of the rows.
_PLANNED = {
    "create function search_conversations(": "create function pg_temp.search_plan(",
    "returns table (id uuid, started_at timestamptz)": "returns setof text",
    "language plpgsql stable": "language plpgsql volatile",
    "return query execute statement using": "return query execute 'explain (analyze, buffers, timing off) ' || statement using",
}


def lists(options: Options) -> dict[str, Any]:
    """Return the plan of every question among `options.notices` conversations, by what it asks."""
    with scratch(options.home) as environment:
        from antiphon.accounts.models import Membership  # noqa: PLC0415 - after Django's set-up
        from antiphon.search.verbs import COUNTED, question  # noqa: PLC0415 - as above

        account_id = site_of(environment, options.notices).account_id
        with account(account_id) as db:
            asked = {name: question(db, account_id, one, limit=COUNTED + 1, at=clock.now()) for name, one in _questions().items()}
            agent = Membership.objects.get(account_id=account_id, role="agent").pk
        with as_owner(environment) as db:
            db.execute(_planning().encode())
            with lane_account(db, account_id):
                plans = {name: _plan(db, _ask(), given) for name, given in asked.items()}
                ids = [row.id for row in rows(db, sql("antiphon.search", "find"), asked["newest"])[:50]]
                plans["rows of a page"] = _explained(db, "antiphon.search", "listed", {"account": account_id, "ids": ids})
                plans["one's own"] = _explained(db, "antiphon.workspace", "mine", {"account": account_id, "agent": agent})
                given = {"account": account_id, "member": None, "at": clock.now()}
                plans["queues"] = _explained(db, "antiphon.workspace", "queues", given)
    return {"bench": "lists", "conversations": options.notices, **plans}


def _questions() -> dict[str, Any]:
    from antiphon.search.verbs import OPEN, Sought  # noqa: PLC0415 - as above

    return {
        "newest": Sought(),
        "by state, open": Sought(states=OPEN),
        "by state, closed": Sought(states=("closed",)),
        "by outcome": Sought(outcome="reached"),
        "by verdict": Sought(verdict="set_by_person"),
        "by a rare word": Sought(text="order0004"),
        "by a frequent word": Sought(text="tuesday"),
        "by two words": Sought(text="van order0001"),
        "by a whole number": Sought(phone="+31621359600"),
        "by the beginning of a number": Sought(phone="+3162"),
    }


def _planning() -> str:
    text = (resources.files("antiphon.search") / "migrations" / "sql" / "search.sql").read_text()
    for before, after in _PLANNED.items():
        text = text.replace(before, after)
    return text


def _ask() -> str:
    """Return the call in `find`, of the function that gives plans."""
    _, _, call = sql("antiphon.search", "find").partition("from search_conversations(")
    given, _, _ = call.partition(") as found")
    return f"select * from pg_temp.search_plan({given}) as plan"  # noqa: S608 - a statement of ours


def _explained(db: Database, package: str, name: str, given: dict[str, Any]) -> str:
    return _plan(db, f"explain (analyze, buffers, timing off) {sql(package, name)}", given)


def _plan(db: Database, statement: str, given: dict[str, Any]) -> str:
    rows(db, statement, given)  # what is read for the first time is read from disk
    return "\n".join(line for (line,) in rows(db, statement, given))
