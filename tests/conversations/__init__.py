"""Tests of what people and the worker do with conversations."""
