"""The contract between the hub and its subgraphs: imported by all, importing none of them."""
