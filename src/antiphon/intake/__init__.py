"""Intake: what providers tell us, stored, normalised, and taken down the line."""
