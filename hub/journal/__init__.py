"""The access journal: who read what, for what purpose, committed before the first byte of an answer leaves."""
