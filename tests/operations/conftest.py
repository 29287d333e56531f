"""Fixtures of these tests: what is committed, because processes and lanes have connections of their own."""

from tests.edge.conftest import committed  # noqa: F401 - a fixture is found by being here
