"""Our composition beside the two reference composers, over random and hand-written subgraph sets (`make composers`)."""
