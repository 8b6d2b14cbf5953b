"""Subgraphs of other teams that join the graph by the settings: docs/contrat-sous-graphe.md."""
