"""What changed of the people whom an actor may read, since its last call (docs/decisions/0101)."""
