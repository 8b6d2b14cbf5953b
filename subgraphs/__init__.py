"""The four subgraphs, each over its own schema of PostgreSQL, and the kit that they share."""
