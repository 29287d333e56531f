"""The house rules: each finds its breach, and lets what is right pass."""
