"""Keeps the sandbox's state in one file, replaced as a whole."""

from pathlib import Path

import msgspec

from antiphon.sandbox.state import State, fresh


def load(path: Path) -> State:
    """Return the state of the last run, or a fresh one; a file that cannot be read is put aside, not lost."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return fresh()
    except msgspec.DecodeError:
        path.replace(path.with_suffix(".unreadable"))
        return fresh()


def save(path: Path, state: State) -> None:
    """Replace the file, so that a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_suffix(".new")
    written.write_bytes(msgspec.json.encode(state))
    written.chmod(0o600)
    written.replace(path)
