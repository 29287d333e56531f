"""The list of house rules."""

from checks import account, actions, alone, deploys, glossary, logs, mocks, packages, pages, signals, size, statements, tables, vague
from checks.project import Rule

RULES: dict[str, Rule] = {
    "account": account.RULE,
    "actions": actions.RULE,
    "alone": alone.RULE,
    "deploys": deploys.RULE,
    "glossary": glossary.RULE,
    "logs": logs.RULE,
    "mocks": mocks.RULE,
    "packages": packages.RULE,
    "pages": pages.RULE,
    "signals": signals.RULE,
    "size": size.RULE,
    "statements": statements.RULE,
    "tables": tables.RULE,
    "vague": vague.RULE,
}
