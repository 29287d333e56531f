"""Who takes a conversation: presence, capacity and the choice of an agent."""
