"""The people behind phone numbers, and their opt-outs."""
