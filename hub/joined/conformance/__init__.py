"""Whether a subgraph keeps the contract of docs/contrat-sous-graphe.md, asked from outside (`hub subgraph check`)."""
