"""The command `antiphon`: one module per command, listed in `commands.py`."""
