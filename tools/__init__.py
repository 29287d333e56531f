"""What the Makefile runs besides the project itself."""
