"""Events: append-only facts told to the outside, stored with what made them true, numbered for readers."""
