"""The worker: what is done beside requests, again and again or once."""
