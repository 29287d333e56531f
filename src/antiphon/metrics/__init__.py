"""Metrics: counters that move with the facts they count, reports that are sums over them, and the recount that compares both."""
