"""Tests of facts as Parquet."""
