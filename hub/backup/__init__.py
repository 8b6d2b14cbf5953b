"""Backups of the database, and what makes a restored one safe to serve (docs/sauvegarde.md)."""
