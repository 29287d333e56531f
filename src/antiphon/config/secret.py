"""The site's secret key: given, or made once beside the embedded server."""

import os
import secrets
from pathlib import Path

from antiphon.config.env import Environment, SettingError

_LEAST = 32


def secret_key(environment: Environment) -> str:
    """Return the key: the setting, else the one in `ANTIPHON_HOME/secret-key` (0600), made when it is not there."""
    if environment.secret_key is not None:
        return _long_enough(environment.secret_key, "ANTIPHON_SECRET_KEY")
    path = environment.home / "secret-key"
    try:
        if not path.exists():
            _make(path)
        return _long_enough(path.read_text(encoding="ascii").strip(), str(path))
    except OSError as error:
        message = f"{path} cannot be used ({error.strerror}): set ANTIPHON_SECRET_KEY, or ANTIPHON_HOME to a folder of yours"
        raise SettingError(message) from None


def _make(path: Path) -> None:
    """Write a key where there is none; of several at once, the first wins and none is ever half there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123 - born 0600
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(own, path)
    except FileExistsError:
        return
    finally:
        own.unlink()


def _long_enough(key: str, place: str) -> str:
    if len(key) < _LEAST:
        message = (
            f"{place} holds fewer than {_LEAST} characters: make one with `python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
        )
        raise SettingError(message)
    return key
