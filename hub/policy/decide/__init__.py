"""What the rules decide: the policy read from its files, and the decision on every coordinate of the graph."""
