"""Tests of the CM sandbox: the real command, real HTTP, and the adapter as judge of what it sends."""
