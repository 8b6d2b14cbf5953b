"""Sources of the subgraph `offers`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.kit.ingest import Source
from subgraphs.kit.ingest_people import People
from subgraphs.offers.sources.data_inclusion import DataInclusion

SOURCES: dict[str, Callable[[People], Source]] = {DataInclusion.name: lambda _: DataInclusion()}
