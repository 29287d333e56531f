"""Privacy: erasing, copying out, keeping for a time."""
