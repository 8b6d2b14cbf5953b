"""What the four subgraphs share: entity declaration, SQL compiler, context check, row security, pages."""
