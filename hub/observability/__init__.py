"""Spans for the operator of a hub: where time goes and what fails, and nothing of a person
(docs/attaques.md#attack-39)."""
