"""A lane's transaction: committed whole, rolled back whole, a savepoint inside another, and over when it ends."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from antiphon.kit.db import Database, lane_account, run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
IDLE = psycopg.pq.TransactionStatus.IDLE


@pytest.fixture
def lane() -> Iterator[Database]:
    """Open a connection of the application's role, as lanes do."""
    keys = connections["default"].get_connection_params()
    with psycopg.connect(**{name: keys[name] for name in ("dbname", "user", "host", "port") if keys.get(name)}, autocommit=True) as db:
        yield db


def known(db: Database, account_id: int) -> int:
    """Count an account's consumers, in a transaction of its own."""
    with lane_account(db, account_id):
        found = db.execute("select count(*) from consumer where account_id = %s", [account_id]).fetchone()
        return int(found[0]) if found else 0


def add(db: Database, account_id: int, phone: str) -> None:
    """Store a consumer."""
    run(db, "insert into consumer (account_id, id, phone, created_at) values (%(a)s::bigint, gen_random_uuid(), %(p)s::text, now())",
        {"a": account_id, "p": phone})  # fmt: skip


def fail_after(db: Database, account_id: int, phone: str) -> None:
    """Store a consumer, and fail."""
    with lane_account(db, account_id):
        add(db, account_id, phone)
        raise KeyError(phone)


def test_what_it_holds_is_committed_or_rolled_back_whole_and_then_it_is_over(lane: Database) -> None:
    with lane_account(lane, 7):
        add(lane, 7, "+31611111111")
    assert lane.info.transaction_status == IDLE
    with pytest.raises(KeyError):
        fail_after(lane, 7, "+31622222222")
    assert lane.info.transaction_status == IDLE
    assert known(lane, 7) == 1


def test_an_error_of_the_database_leaves_no_transaction_open(lane: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), lane_account(lane, 7):
        lane.execute("select from nowhere")
    assert lane.info.transaction_status == IDLE
    assert known(lane, 7) == 0


def test_one_that_cannot_begin_leaves_none_open_either(lane: Database) -> None:
    with pytest.raises(ValueError, match="invalid literal"), lane_account(lane, "7; drop table consumer"):  # type: ignore[arg-type]
        pass
    assert lane.info.transaction_status == IDLE


def test_inside_another_it_is_a_savepoint(lane: Database) -> None:
    with lane_account(lane, 7):
        add(lane, 7, "+31611111111")
        with pytest.raises(psycopg.errors.UniqueViolation), lane_account(lane, 7):
            add(lane, 7, "+31611111111")
        add(lane, 7, "+31622222222")
    assert known(lane, 7) == 2


def test_rows_of_another_account_are_not_written(lane: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), lane_account(lane, 7):
        add(lane, 8, "+31611111111")
    assert lane.info.transaction_status == IDLE
