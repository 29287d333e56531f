"""Settings, addresses and entry points of the site; every setting comes from `env.py`."""
