"""Whole-line tests on what is committed: two connections at once, two tenants in turn."""
