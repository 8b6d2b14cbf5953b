"""Sources of the subgraph `offers`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.offers.sources.data_inclusion import DataInclusion
from subgraphs.offers.sources.dora import Dora
from subgraphs.offers.sources.emplois import Emplois
from subgraphs.offers.sources.immersion_facile import ImmersionFacile

SOURCES: dict[str, Callable[[People], Source]] = {
    DataInclusion.name: lambda _: DataInclusion(),
    Emplois.name: Emplois,
    ImmersionFacile.name: ImmersionFacile,
    Dora.name: Dora,
}
