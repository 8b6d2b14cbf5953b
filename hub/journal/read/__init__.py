"""Reading the journal: its search, the lists of accesses, and the French labels of what they show."""
