"""The demo: fictitious data through the real connectors, a hub and four subgraphs on one machine."""
