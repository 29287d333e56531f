"""Tests of the edge over real HTTP."""
