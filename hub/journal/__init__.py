"""The access journal: who looked at what, for what purpose, committed before the first byte leaves."""
