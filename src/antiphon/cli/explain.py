"""`antiphon explain`: says why a reply was linked as it was, with every candidate and its own reason."""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from antiphon.cli.errors import FailedError

if TYPE_CHECKING:
    from antiphon.attribution.explain import ExplainedCandidate, ExplainedNotice, Explanation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", metavar="CONVERSATION_OR_REPLY", help="its id; of a conversation the opening reply is explained")
    parser.add_argument("--account", required=True, metavar="NAME", help="the account that it belongs to")
    parser.epilog = "Notices, engagements and campaigns are shown as they were when it was decided; instants in the account's time zone."


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    from antiphon.accounts.models import Account  # noqa: PLC0415 - after Django's set-up
    from antiphon.attribution.verbs import explain  # noqa: PLC0415 - as above
    from antiphon.kit.db import account  # noqa: PLC0415 - as above
    from antiphon.kit.problems import Missing  # noqa: PLC0415 - as above

    tenant = Account.objects.filter(name=options.account).first()
    if tenant is None:
        raise FailedError(f"there is no account named {options.account}")
    try:
        with account(tenant.id) as db:
            explanation = explain(db, tenant.id, _id(options.id))
    except Missing as error:
        raise FailedError(error.message) from None
    sys.stdout.writelines(f"{line}\n" for line in lines(explanation, zone=ZoneInfo(tenant.time_zone)))
    return 0


def lines(explanation: "Explanation", *, zone: ZoneInfo) -> Iterator[str]:
    """Yield the explanation as lines to read."""
    yield explanation.title
    yield f"  {explanation.why}"
    yield ""
    yield f"Reply      {_instant(explanation.replied_at, zone)} to {explanation.to_number} on {explanation.source_name}"
    if explanation.campaign_key:
        yield f"           carries campaign ID {explanation.campaign_key}"
    if explanation.is_ours:
        yield "           answers one of our own answers: what it carries says nothing about a broadcast"
    yield from _section("Notices", [_notice(notice, zone) for notice in explanation.notices], none="none had come in")
    yield from _section("Candidates", [_candidate(candidate, zone) for candidate in explanation.candidates], none="no entry point fits")
    yield from _ending(explanation, zone)


def _section(title: str, entries: list[tuple[str, str]], *, none: str) -> Iterator[str]:
    yield ""
    yield f"{title} ({len(entries)})" if entries else f"{title}: {none}"
    for what, why in entries:
        yield f"  {what}"
        yield f"      {why}"


def _notice(notice: "ExplainedNotice", zone: ZoneInfo) -> tuple[str, str]:
    campaign = notice.external_campaign or "no campaign ID"
    return f"{_instant(notice.sent_at, zone)}  {campaign}  from {notice.sender}", notice.sentence


def _candidate(candidate: "ExplainedCandidate", zone: ZoneInfo) -> tuple[str, str]:
    ends = "no end" if candidate.ends_at is None else _instant(candidate.ends_at, zone)
    name = f"{candidate.engagement_name} of {candidate.campaign_name}, version {candidate.engagement_version}"
    frame = f"{_instant(candidate.starts_at, zone)} to {ends}"
    return f"{name}: {candidate.matches} {candidate.entry_point_value}, {frame}", candidate.sentence


def _ending(explanation: "Explanation", zone: ZoneInfo) -> Iterator[str]:
    if explanation.stored is None:
        return
    yield ""
    stored = explanation.stored
    yield f"Decided {_instant(stored.decided_at, zone)} by rule {stored.rule_version}: {stored.verdict}."
    if not explanation.agrees:
        yield "By what is stored now it would differ: a source's setting, an ignored external campaign or a fact changed since."


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise FailedError(f"{given!r} is not the id of a conversation or a reply") from None
