"""Execution: running a plan, and making the answer of the client from the response tree."""
