"""Sources of the subgraph `offers`."""

from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.offers.sources.carnet_structures import CarnetStructures
from subgraphs.offers.sources.data_inclusion import DataInclusion
from subgraphs.offers.sources.dora import Dora
from subgraphs.offers.sources.emplois import Emplois
from subgraphs.offers.sources.immersion_facile import ImmersionFacile
from subgraphs.offers.sources.orientations import Orientations

SOURCES: tuple[type[Source], ...] = (
    DataInclusion,
    CarnetStructures,
    Emplois,
    ImmersionFacile,
    Dora,
    Orientations,
)
