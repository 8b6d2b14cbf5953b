"""Sources of the subgraph `appointments`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.appointments.sources.rdv_insertion import RdvInsertion
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.unit_of_work import Source

SOURCES: dict[str, Callable[[People], Source]] = {RdvInsertion.name: RdvInsertion}
