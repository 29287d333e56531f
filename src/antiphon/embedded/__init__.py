"""The PostgreSQL that Antiphon runs by itself when no `DATABASE_URL` is set (docs/operations/embedded.md)."""
