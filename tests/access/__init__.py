"""Every address, every role, both tenants."""
