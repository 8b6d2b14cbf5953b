"""Root fields of the subgraph `offers`, and its model."""

from __future__ import annotations

from subgraphs.kit.place_search import Near
from subgraphs.kit.subgraph_model import Comparison, Criterion, Root, RootKind, model
from subgraphs.offers.tables import service, structure
from subgraphs.offers.types import PUB, TYPES

AMONG = Comparison.AMONG
THEMATICS = "Thématiques ou catégories de thématiques, codes de data.inclusion."

ROOTS = (
    Root(
        "services",
        "Service",
        "Services d'insertion, du plus proche au plus lointain si un lieu est donné.",
        RootKind.CATALOGUE,
        category=PUB,
        filter="ServiceFilter",
        filter_description="Critères de recherche de services ; chaque liste admet un service qui en porte une valeur.",
        criteria={
            "thematics": Criterion(
                "thematics",
                THEMATICS,
                AMONG,
                other=Criterion("thematics", THEMATICS, AMONG, column=service.c.categories),
            ),
            "types": Criterion("type", "Types de service, codes de data.inclusion.", AMONG),
            "publics": Criterion("publics", "Publics, codes de data.inclusion.", AMONG),
            "fees": Criterion("fees", "Frais, codes de data.inclusion.", AMONG),
        },
        near=Near(service.c.at_latitude, service.c.at_longitude),
    ),
    Root(
        "structures",
        "Structure",
        "Structures d'insertion, de la plus proche à la plus lointaine si un lieu est donné.",
        RootKind.CATALOGUE,
        category=PUB,
        filter="StructureFilter",
        filter_description="Critères de recherche de structures.",
        criteria={
            "siret": Criterion("siret", "SIRET."),
            "networks": Criterion("networks", "Réseaux porteurs, codes de data.inclusion.", AMONG),
        },
        near=Near(structure.c.at_latitude, structure.c.at_longitude),
    ),
)

MODEL = model("offers", TYPES, ROOTS)
