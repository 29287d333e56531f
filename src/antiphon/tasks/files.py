"""Files of long work: a folder per task under ANTIPHON_HOME, deleted when it expires. Several hosts share that folder."""

import shutil
from pathlib import Path

from antiphon.config.env import current


def folder(account_id: int, task_id: int) -> Path:
    """Return the folder of a task; made when something is to be put there (`made`)."""
    return current().home / "exports" / str(account_id) / str(task_id)


def made(account_id: int, task_id: int) -> Path:
    """Return the folder of a task, which only this operating-system account may read."""
    path = folder(account_id, task_id)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def file_of(account_id: int, task_id: int, name: str) -> Path | None:
    """Return a file of a task, or None when it is not there or `name` is no plain name."""
    path = folder(account_id, task_id) / name
    return path if name and Path(name).name == name and path.is_file() else None


def delete(account_id: int, task_id: int) -> None:
    """Delete everything of a task; nothing there is fine."""
    shutil.rmtree(folder(account_id, task_id), ignore_errors=True)
