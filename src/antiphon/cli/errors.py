"""How a command says that it could not do what it was asked."""


class FailedError(Exception):
    """The command failed; the message is one line for the person who ran it, and the exit code is 1."""
