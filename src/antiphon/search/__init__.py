"""Finding conversations: an index beside the line, made from events, and the one statement that asks it."""
