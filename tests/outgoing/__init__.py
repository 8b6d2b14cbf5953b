"""Sending what mutations wrote to the systems of record."""
