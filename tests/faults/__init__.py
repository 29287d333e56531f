"""The fault battery: a whole site under load, struck at named places and at random; `python -m tests.faults` runs all of it."""
