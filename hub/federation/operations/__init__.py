"""The normal form of operations, which planning and projection read."""
