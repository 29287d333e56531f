"""Antiphon turns the replies to an SMS broadcast into conversations."""
