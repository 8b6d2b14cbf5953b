"""The infrastructure of the hub: embedded PostgreSQL, keys, database roles and migrations."""
