"""The plans of the statements on the line, as a lane makes them: once, for any parameters, on a database with its millions."""

from typing import Any

from antiphon.bench.seed import seed
from antiphon.bench.site import scratch
from antiphon.bench.types import Options
from antiphon.kit.db import lane_account, numbered, sql

# In the order in which a batch meets them; those of the second group only when there is something late, a copy, or a report; the
# last one beside it.
EACH_BATCH = (
    ("intake", "arrivals_store"), ("consumers", "lock"), ("intake", "history"), ("intake", "ignored"), ("attribution", "claims"),
    ("intake", "store_notices"), ("intake", "store_broadcasts"), ("intake", "waiting_reports"), ("attribution", "attribute"),
    ("intake", "store_replies"), ("events", "record"), ("metrics", "move"),
)  # fmt: skip
SOME_BATCHES = (
    ("intake", "keys_claim"), ("intake", "keys_owners"), ("intake", "keys_point"), ("intake", "report_targets"),
    ("intake", "store_reports"), ("intake", "settle_reports"), ("intake", "notice_states"), ("intake", "raise_notices"),
    ("conversations", "answer_states"), ("conversations", "raise_answers"), ("intake", "late_replies"),
    ("consumers", "late_opt_outs"), ("conversations", "present"), ("conversations", "update"), ("intake", "same_broadcast"),
    ("intake", "move_replies"), ("intake", "mark_first_replies"), ("attribution", "supersede"), ("attribution", "store_decisions"),
    ("consumers", "store_opt_outs"), ("consumers", "move_opt_outs"), ("consumers", "judge"), ("metrics", "contributed"),
    ("metrics", "hanging"), ("metrics", "fold"),
)  # fmt: skip


def plans(options: Options) -> dict[str, Any]:
    """Return the plan of every statement on the line, by package and name."""
    from antiphon.edge.doors import connect  # noqa: PLC0415 - after Django's set-up

    with scratch(options.home) as environment:
        seeded = seed(environment, notices=options.notices, engagements=1_000)
        with connect("default", statement_seconds=60) as db, lane_account(db, seeded.account_id):
            return {"bench": "plans", "notices": options.notices} | {
                f"{package}/{name}": _plan(db, sql(f"antiphon.{package}", name)) for package, name in (*EACH_BATCH, *SOME_BATCHES)
            }


def _plan(db: Any, statement: str) -> str:
    text, _ = numbered(statement)
    # By the simple protocol: the other one wants values for the parameters.
    return "\n".join(line for (line,) in db.execute(b"explain (generic_plan, costs off) " + text, prepare=False))
