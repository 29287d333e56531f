"""The benchmark `notices-bulk`: notices a second by API upload, and the rows it stored by COPY into a bare table."""

import http.client
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from antiphon.bench.seed import counted, seed
from antiphon.bench.site import Seeded, as_owner, median, progress, scratch, serving
from antiphon.bench.types import Options, WrongFiguresError
from antiphon.kit import clock
from antiphon.kit.db import Database, run

_SECONDS = 3600.0
_OK = 200
_CHUNK = 1 << 20
_BARE = "create table bare as select * from notice limit 0"
_KEY = "alter table bare add primary key (account_id, id)"


def notices_bulk(options: Options) -> dict[str, Any]:
    """Measure uploads of half as many lines as notices are stored, each down the line, against COPY. Raises WrongFiguresError."""
    lines = options.notices // 2
    with scratch(options.home) as environment:
        seeded = seed(environment, notices=options.notices, engagements=100)
        key = _key(seeded.account_id)
        rounds = []
        with serving(environment) as port, as_owner(environment) as db:
            for number in range(options.rounds):
                before = counted(environment, seeded.account_id, "notice")
                began = clock.now()
                uploaded = _upload(port, key, seeded, lines)
                stored = counted(environment, seeded.account_id, "notice") - before
                if stored != lines:
                    raise WrongFiguresError(f"{lines} lines were uploaded, {stored} notices are stored")
                rounds.append((lines / uploaded, lines / _copied(db, seeded.account_id, began, expected=lines)))
                progress(f"round {number + 1}: {rounds[-1][0]:,.0f}/s, COPY {rounds[-1][1]:,.0f}/s")
    return {
        "bench": "notices-bulk",
        "lines": lines,
        "per_second": round(median([one for one, _ in rounds])),
        "copy_per_second": round(median([other for _, other in rounds])),
        "ratio": round(median([one / other for one, other in rounds]), 3),
    }


def _key(account_id: int) -> str:
    from antiphon.accounts.verbs import create_api_key  # noqa: PLC0415 - after Django's set-up

    return create_api_key(account_id, role="administrator", actor="command", at=clock.now()).secret


def _upload(port: int, key: str, seeded: Seeded, lines: int) -> float:
    """Upload so many notices to as many consumers; return the seconds until all of it was answered."""
    body = b"".join(_lines(seeded, lines))
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/x-ndjson",
        "Host": "localhost",
        "Content-Length": str(len(body)),
    }
    began = time.perf_counter()
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    site.request("POST", "/api/v1/notices", body=(body[place : place + _CHUNK] for place in range(0, len(body), _CHUNK)), headers=headers)
    answer = site.getresponse()
    told = answer.read()
    took = time.perf_counter() - began
    site.close()
    if answer.status != _OK or msgspec.json.decode(told)["stored"] != lines:
        raise WrongFiguresError(f"the upload was answered {answer.status}: {told[:300].decode()}")
    return took


def _lines(seeded: Seeded, lines: int) -> Iterator[bytes]:
    """Give the lines of ten broadcasts of the last hours; their instants make those of every upload new."""
    now = datetime.now(UTC)
    for number in range(lines):
        line = {
            "source": seeded.source_id,
            "phone": f"+3165{number:08d}",
            "sender": seeded.number,
            "sent_at": now - timedelta(seconds=7200 * (1 - number / lines)),
            "text": "Time for your check-up: brakes, tyres and fluids for 89 euro.",
            "external_campaign": f"B{1 + number % 10}",
        }
        yield msgspec.json.encode(line) + b"\n"


def _copied(db: Database, account_id: int, since: datetime, *, expected: int) -> float:
    """Return the seconds that COPY takes for the rows stored since, into a table with the same columns and primary key."""
    run(db, "drop table if exists bare")
    run(db, _BARE)
    run(db, _KEY)
    asked = "copy (select * from notice where account_id = %(account)s::bigint and received_at >= %(since)s::timestamptz) to stdout"
    with db.cursor() as cursor:
        with cursor.copy(asked, {"account": account_id, "since": since}) as out:
            stored = b"".join(out)
        began = time.perf_counter()
        with cursor.copy("copy bare from stdin") as into:
            for place in range(0, len(stored), _CHUNK):
                into.write(stored[place : place + _CHUNK])
        took = time.perf_counter() - began
        if cursor.rowcount != expected:
            raise WrongFiguresError(f"{cursor.rowcount} rows were copied, {expected} were uploaded")
    run(db, "drop table bare")
    return took
