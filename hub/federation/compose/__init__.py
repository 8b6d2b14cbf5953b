"""Composition of subgraph SDLs into one supergraph: read, check the rules, merge, print."""
