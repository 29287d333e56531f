"""The documents against the code: nothing missing, nothing made up, and what they show works."""
