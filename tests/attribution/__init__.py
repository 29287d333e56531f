"""Attribution: one rule in two forms, and what is built on it."""
