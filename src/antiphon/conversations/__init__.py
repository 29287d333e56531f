"""Conversations: what replies start, agents answer, and somebody closes."""
