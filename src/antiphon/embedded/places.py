"""Where an embedded server keeps its folder, its log, its locks and its socket."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from antiphon.embedded.errors import UnusableError

_SOCKET_LINE = 4
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True, slots=True)
class Places:
    """The paths below one home; nothing is made by asking."""

    home: Path

    @property
    def cluster(self) -> Path:
        """Return the data folder, once it is complete."""
        return self.home / "pg"

    @property
    def unfinished(self) -> Path:
        """Return the folder that initdb writes to before it is renamed: never served from."""
        return self.home / "pg.new"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.home / "log" / "postgresql.log"

    @property
    def owner_lock(self) -> Path:
        """Return the lock of the one command that runs the server."""
        return self.home / "pg.lock"

    @property
    def users_lock(self) -> Path:
        """Return the lock that commands share while they use another command's server."""
        return self.home / "pg.users"

    @property
    def pid_file(self) -> Path:
        """Return PostgreSQL's own state file."""
        return self.cluster / "postmaster.pid"

    def socket_folder(self) -> Path:
        """Return the folder of the socket: the running server's own word, else where the next one will put it."""
        lines = state_lines(self.pid_file)
        if len(lines) > _SOCKET_LINE and lines[_SOCKET_LINE]:
            return Path(lines[_SOCKET_LINE])
        return self.next_socket_folder()

    def next_socket_folder(self) -> Path:
        """Return a short path of this home's own (a socket's path has 107 bytes at most)."""
        mark = hashlib.blake2b(os.fsencode(self.home.resolve()), digest_size=8).hexdigest()
        return _runtime_root() / f"antiphon-{mark}"


def state_lines(pid_file: Path) -> list[str]:
    """Return the lines of postmaster.pid, none when there is none or it may not be read."""
    try:
        return pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def make_private(folder: Path, *, uid: int, gid: int) -> Path:
    """Make `folder` 0700 and the account's, or refuse one that somebody else made there."""
    try:
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, uid, gid)
    except FileExistsError:
        _refuse_foreign(folder, uid)
    folder.chmod(0o700)
    return folder


def _refuse_foreign(folder: Path, uid: int) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        message = f"{folder} exists and is not a folder of user {uid}: remove it, or run as its owner"
        raise UnusableError(message)


def _runtime_root() -> Path:
    """Return a folder for sockets: root's must be one that the server's account can enter."""
    if os.geteuid() == 0:
        return next((Path(p) for p in ("/run", "/tmp") if os.access(p, os.W_OK)), Path("/tmp"))  # noqa: S108 - 0700 and owner checked
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = own and len(own) < _LONGEST_SOCKET_FOLDER - len("/antiphon-") - 16 and os.access(own, os.W_OK)
    return Path(own) if usable else Path("/tmp")  # noqa: S108 - as above
