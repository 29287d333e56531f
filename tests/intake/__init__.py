"""Tests of intake: keys, normalising, arrivals."""
