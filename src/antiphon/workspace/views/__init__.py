"""The views, a module per kind of page."""
