"""Small things every step stands on: time, ids, keys, numbers, the database's doors."""
