"""Facts out: notices, replies, answers, conversations, decisions, events and counters as Parquet, a file for each account and day."""
