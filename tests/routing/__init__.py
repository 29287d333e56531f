"""Routing to people: the rule in both its forms, presence, and what holds whoever works at once."""
