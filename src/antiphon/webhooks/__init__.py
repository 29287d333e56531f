"""Webhooks out: events of an account, delivered to the addresses that its people gave, signed, in order per conversation."""
