"""The embedded server as a child of ours: started, watched, started again, stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from antiphon.embedded import cluster
from antiphon.embedded.account import ServerAccount, choose
from antiphon.embedded.binaries import binaries_for
from antiphon.embedded.errors import UnusableError
from antiphon.embedded.places import Places, make_private, state_lines
from antiphon.kit.parent import ending_with_parent

_STATUS_LINE = 7
_PAUSE_SECONDS = 0.02
_RETRY_SECONDS = 0.5
_LINGER_SECONDS = 60
_PASSING = ("lock file", "shared memory")
_LOG_LIMIT_BYTES = 10_000_000


class Server:
    """One PostgreSQL on one home. Only for the command that holds the home's lock; call from the main thread.

    The main thread, because the kernel ends the child when the *thread* that started it ends.
    """

    def __init__(
        self, places: Places, *, account: str | None = None, start_seconds: float = 600, options: Mapping[str, str] | None = None
    ) -> None:
        """Take the home; nothing starts yet. `start_seconds` is generous because crash recovery may take minutes."""
        self._places = places
        self._wanted = account
        self._start_seconds = start_seconds
        self._options = dict(options or {})
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the postmaster's process id while one runs."""
        return self._child.pid if self.is_alive() and self._child else None

    def start(self) -> None:
        """Make the folder if need be, start the server, return when it accepts connections.

        1. A start that fails on what a killed predecessor left (its lock file, its memory) is tried again, for a minute.
        2. Any other failure, or no readiness in time, raises `UnusableError` with the server's own last word.
        """
        account = choose(self._places.cluster, wanted=self._wanted)
        binaries = binaries_for(account)
        cluster.ensure(self._places, account=account, binaries=binaries)
        self._prepare_log()
        began = time.monotonic()
        deadline = began + self._start_seconds
        while True:
            self._child = self._spawn(account, binaries)
            if self._became_ready(deadline):
                return
            self._retry_or_raise(deadline, began)

    def is_alive(self) -> bool:
        """Return whether the postmaster runs."""
        return self._child is not None and self._child.poll() is None

    def tend(self) -> bool:
        """Start the server again if it has died; return whether it had."""
        if self.is_alive():
            return False
        self.start()
        return True

    def stop(self, *, seconds: float = 60) -> None:
        """End sessions and stop cleanly; a server that does not end in time is told to go at once."""
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            child.send_signal(how)
            try:
                child.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return

    def _spawn(self, account: ServerAccount, binaries: Path) -> subprocess.Popen[bytes]:
        sockets = make_private(self._places.next_socket_folder(), uid=account.uid, gid=account.gid)
        command = [str(binaries / "postgres"), "-D", cluster.where(self._places.cluster, account), *self._arguments(sockets)]
        with self._places.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self._places.cluster,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGINT),  # noqa: PLW1509 - prctl only
                user=account.switch_uid,
                group=account.switch_gid,
                extra_groups=account.switch_groups,
            )

    def _arguments(self, sockets: Path) -> list[str]:
        """Return what no configuration file may change: the socket only, and no personal data in the log."""
        fixed = {
            "listen_addresses": "",
            "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "port": "5432",
            "logging_collector": "off",
            "log_destination": "stderr",
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "cluster_name": "antiphon",
        }
        return [word for name, value in (fixed | self._options).items() for word in ("-c", f"{name}={value}")]

    def _became_ready(self, deadline: float) -> bool:
        while self.is_alive() and time.monotonic() < deadline:
            lines = state_lines(self._places.pid_file)
            if len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE].strip() == "ready":
                return True
            time.sleep(_PAUSE_SECONDS)
        return False

    def _retry_or_raise(self, deadline: float, began: float) -> None:
        last = self._last_word()
        if time.monotonic() >= deadline:
            self.stop(seconds=5)
            message = f"PostgreSQL was not ready after {self._start_seconds:.0f} s ({last}); see {self._places.log}"
            raise UnusableError(message)
        is_passing = any(reason in last for reason in _PASSING) and time.monotonic() < began + _LINGER_SECONDS
        if not is_passing:
            message = f"PostgreSQL does not start: {last}; see {self._places.log}"
            raise UnusableError(message)
        time.sleep(_RETRY_SECONDS)

    def _last_word(self) -> str:
        with self._places.log.open("rb") as log:
            log.seek(max(0, self._places.log.stat().st_size - 4096))
            lines = log.read().decode(errors="replace").splitlines()
        told = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines or ["it said nothing"]
        return told[-1].split("FATAL:")[-1].split("PANIC:")[-1].strip()

    def _prepare_log(self) -> None:
        log = self._places.log
        log.parent.mkdir(mode=0o700, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        log.touch(mode=0o600)
