"""Long work that people can leave and find again: what was asked, how far it is, what came of it."""
