"""One paged list of a running hub, written to a file of rows and columns (docs/decisions/0109)."""
