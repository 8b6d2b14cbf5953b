"""Foreign formats that fill the schema `offers`, one file per source system."""

from subgraphs.kit.ingest import Source
from subgraphs.offers.sources.data_inclusion import DataInclusion

SOURCES: dict[str, Source] = {source.name: source for source in (DataInclusion(),)}
"""Sources by the name that the command line gives."""
