"""What the hub stands on: the embedded PostgreSQL, keys, database roles and migrations."""
