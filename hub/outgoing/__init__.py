"""Sending what mutations wrote to the systems of record: `hub send` (docs/decisions/0122)."""
