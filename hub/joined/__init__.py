"""Subgraphs of other teams that join the graph by the settings: decision 0110."""
