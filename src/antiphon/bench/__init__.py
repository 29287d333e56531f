"""Benchmarks: what is measured, against what, on a scratch database of its own (bench/README.md)."""
