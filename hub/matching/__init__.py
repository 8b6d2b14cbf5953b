"""People who may be one: the queue that agents review, and the merges that their decisions make (decision 0084)."""
