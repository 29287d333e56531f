"""Why an embedded database cannot be used: always one line that says what to do."""


class UnusableError(Exception):
    """The database cannot be used; the message is one line for the operator."""
