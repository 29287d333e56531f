"""What a benchmarked site holds before it is measured: an account, live engagements, consumers with a notice each."""

from antiphon.bench.site import Seeded, as_owner, progress
from antiphon.config.env import Environment
from antiphon.kit import clock
from antiphon.kit.db import account, rows, run, sql

NUMBER = "+3197000004410"
_STEP = 100_000
# Only what is seeded: a table that was analysed while it was empty is planned for as empty until autovacuum comes by.
_ANALYZE = "vacuum analyze consumer, notice, arrival_key, campaign, engagement, entry_point, engagement_entry_point"


def seed(environment: Environment, *, notices: int, engagements: int, name: str = "Bench") -> Seeded:
    """Return a seeded account; one that is seeded already is used as it is. All notices are new to the counters."""
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up

    found = Account.objects.filter(name=name).first()
    if found is None:
        _make(environment, name, notices=notices, engagements=engagements)
        found = Account.objects.get(name=name)
    return _seeded(found.id)


def _make(environment: Environment, name: str, *, notices: int, engagements: int) -> None:
    from antiphon.accounts import verbs as accounts  # noqa: PLC0415 - after Django's set-up
    from antiphon.providers import verbs as providers  # noqa: PLC0415 - as above

    at = clock.now()
    made = accounts.create_account(name, actor="command", at=at)
    accounts.enable_app(made.id, "cm", actor="command", at=at)
    skill = accounts.create_skill(made.id, name="care", actor="command", at=at)
    new = providers.NewSource(app="cm", name="CM", product_token="bench", numbers=(NUMBER,), default_skill_id=skill.id)  # noqa: S106
    source = providers.connect(made.id, new, actor="command", at=at)
    given = {"account": made.id, "source": source.id, "skill": skill.id, "engagements": engagements, "number": NUMBER}
    with as_owner(environment) as db:
        run(db, sql("antiphon.bench", "seed_claims"), given)
        run(db, _ANALYZE)
    grow(environment, _seeded(made.id), first=1, last=notices, engagements=engagements)


def grow(environment: Environment, seeded: Seeded, *, first: int, last: int, engagements: int) -> None:
    """Store the notices of these numbers as the line would have stored them, the last one sent now, the first 20 days ago."""
    given = {"account": seeded.account_id, "source": seeded.source_id, "engagements": engagements, "number": NUMBER, "total": last}
    with as_owner(environment) as db:
        for begin in range(first, last + 1, _STEP):
            span = given | {"first": begin, "last": min(begin + _STEP - 1, last)}
            run(db, sql("antiphon.bench", "seed_consumers"), span)
            run(db, sql("antiphon.bench", "seed_notices"), span)
            progress(f"seeded {span['last']:,} of {last:,} notices")
        run(db, _ANALYZE)


def _seeded(account_id: int) -> Seeded:
    from antiphon.providers.models import Source  # noqa: PLC0415 - after Django's set-up
    from antiphon.providers.verbs import notice_token, webhook_urls  # noqa: PLC0415 - as above

    with account(account_id):
        source = Source.objects.get(account_id=account_id, name="CM")
        hooks = {kind: url.partition("//")[2].partition("/")[2] for kind, url in webhook_urls(source, site_url="http://here").items()}
        return Seeded(account_id, source.id, NUMBER, notice_token(source), {kind: f"/{path}" for kind, path in hooks.items()})


def counted(environment: Environment, account_id: int, table: str) -> int:
    """Return how many rows of an account a table has."""
    with as_owner(environment) as db:
        return int(rows(db, f"select count(*) as n from {table} where account_id = %(account)s", {"account": account_id})[0].n)  # noqa: S608
