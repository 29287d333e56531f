"""`antiphon export-consumer`: everything known of one consumer, as JSON, for who asks what is known of them."""

import argparse
import sys

from antiphon.cli.asking import ACTOR, account_named, in_one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("number", help="the number, as +31612345678; or the consumer's id")
    parser.add_argument("--account", required=True, metavar="NAME")
    parser.epilog = "Writes one JSON document to standard output; the audit trail keeps that it was asked for."


def run(options: argparse.Namespace) -> int:
    """Write the document."""
    from antiphon.kit import clock  # noqa: PLC0415 - after Django's set-up
    from antiphon.privacy.copying import as_json, copy_out  # noqa: PLC0415 - as above
    from antiphon.privacy.finding import find_consumer  # noqa: PLC0415 - as above

    account_id = account_named(options.account).id
    with in_one_line():
        consumer = find_consumer(account_id, options.number)
        document = copy_out(account_id, consumer.id, actor=ACTOR, at=clock.now())
    sys.stdout.write(as_json(document) + "\n")
    return 0
