"""Runs of the sources: what each one read and refused, and how fresh each source is; never a value of a person."""
