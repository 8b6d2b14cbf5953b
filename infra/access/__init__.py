"""Migrations of the schema `access`, which belongs to no subgraph; `subgraphs.kit.access` declares its tables."""
