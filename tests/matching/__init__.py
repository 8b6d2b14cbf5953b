"""Matching measured on a generated population: `make matching`, and a small share of it in the suite."""
