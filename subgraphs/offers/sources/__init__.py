"""Sources of the subgraph `offers`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.kit.ingest import Source
from subgraphs.kit.ingest_people import People
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
