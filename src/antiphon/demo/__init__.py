"""The demo account: a garage that texts its customers, wired to the CM sandbox."""
