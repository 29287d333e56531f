"""The house rules, each with its test."""
