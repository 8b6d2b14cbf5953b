"""Planning: from an authorised operation to the fetches that answer it. Pure, deterministic, bounded."""
