"""Under which account of the operating system the server runs: PostgreSQL refuses root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from antiphon.embedded.errors import UnusableError

_USUAL = ("antiphon", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The account a server runs under; `is_other` when it is not the one that runs this command."""

    name: str
    uid: int
    gid: int
    is_other: bool

    @property
    def switch_uid(self) -> int | None:
        """Return the user to change to when a program starts, None to stay who we are."""
        return self.uid if self.is_other else None

    @property
    def switch_gid(self) -> int | None:
        """Return the group to change to, None to stay."""
        return self.gid if self.is_other else None

    @property
    def switch_groups(self) -> list[int] | None:
        """Return the further groups to have: none of root's."""
        return [] if self.is_other else None


def choose(cluster: Path, *, wanted: str | None = None) -> ServerAccount:
    """Return the account for this data folder.

    1. Not root: ourselves.
    2. Root, the folder exists: its owner, so that a folder never changes hands.
    3. Root, no folder yet: the one that is wanted, else the first that exists of antiphon, postgres, nobody.
    """
    if os.geteuid() != 0:
        return _entry(pwd.getpwuid(os.geteuid()), is_other=False)
    if cluster.exists():
        return _refuse_root(_by_uid(cluster.stat().st_uid))
    return _refuse_root(_named([wanted] if wanted else list(_USUAL)))


def _named(names: list[str]) -> ServerAccount:
    for name in names:
        try:
            return _entry(pwd.getpwnam(name), is_other=True)
        except KeyError:
            continue
    message = f"no account {' or '.join(names)} to run PostgreSQL under: name an existing one in ANTIPHON_EMBEDDED_ACCOUNT"
    raise UnusableError(message)


def _by_uid(uid: int) -> ServerAccount:
    try:
        return _entry(pwd.getpwuid(uid), is_other=True)
    except KeyError:
        message = f"the database folder belongs to user {uid}, who does not exist on this machine"
        raise UnusableError(message) from None


def _refuse_root(account: ServerAccount) -> ServerAccount:
    if account.uid == 0:
        message = "PostgreSQL does not run as root: give the database folder to another account, or name one in ANTIPHON_EMBEDDED_ACCOUNT"
        raise UnusableError(message)
    return account


def _entry(found: pwd.struct_passwd, *, is_other: bool) -> ServerAccount:
    return ServerAccount(found.pw_name, found.pw_uid, found.pw_gid, is_other)
