"""Changes between two client schemas, and the client operations that they affect."""
