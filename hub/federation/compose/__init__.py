"""From subgraph SDLs to one supergraph text: read, merge, print, and one rule per file that may refuse."""
