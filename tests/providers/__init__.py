"""Tests of the provider side: the conformance kit that every adapter passes, captures, transport."""
