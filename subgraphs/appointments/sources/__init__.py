"""Sources of the subgraph `appointments`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.appointments.sources.rdv_insertion import RdvInsertion
from subgraphs.kit.ingest import Source
from subgraphs.kit.ingest_people import People

SOURCES: dict[str, Callable[[People], Source]] = {RdvInsertion.name: RdvInsertion}
