"""The whole product as one state machine over a real PostgreSQL."""
