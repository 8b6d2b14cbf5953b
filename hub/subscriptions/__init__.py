"""Notifies applications of changes: ids and kinds, never a value (docs/decisions/0115)."""
