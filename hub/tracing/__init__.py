"""Spans for the operator of a hub: where time goes and what fails, and nothing of a person (policy.md row 39)."""
