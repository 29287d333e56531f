"""Providers: what differs between SMS providers, and nothing else. Adapters parse and build; they do no I/O."""
