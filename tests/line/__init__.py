"""Whole-line tests: a captured payload in; timeline, events, counters out."""
