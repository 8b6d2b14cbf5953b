"""Root fields of the subgraph `people`, and its model."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.fields import Sort
from subgraphs.kit.subgraph_model import Comparison, Criterion, Root, RootKind, model
from subgraphs.people.finding import FINDING
from subgraphs.people.names import name_key
from subgraphs.people.tables import person as p
from subgraphs.people.types import TYPES

ROOTS = (
    Root(
        "person",
        "Person",
        "Une personne par son identifiant du hub ; nulle si elle n'existe pas pour l'acteur.",
        RootKind.BY_KEY,
        key_description="Identifiant de la personne.",
    ),
    Root(
        "findPerson",
        "Person",
        "Rapproche une identité de celles que l'acteur peut rapprocher pour sa finalité. Chaque recherche est "
        "journalisée ; le nombre de celles qui ne trouvent pas est limité.",
        RootKind.FOUND,
        category=Category.ID,
        finding=FINDING,
    ),
    Root("me", "Person", "La personne qui demande, si l'acteur est une personne accompagnée.", RootKind.SELF),
    Root(
        "persons",
        "Person",
        "Les personnes que l'acteur suit ou qui relèvent de son périmètre.",
        RootKind.CASELOAD,
        filter="PersonFilter",
        filter_description="Critères de recherche de personnes, comparés à l'identique ou par intervalle.",
        criteria={
            "lastName": Criterion(
                "lastName",
                "Nom d'usage ou de naissance, sans égard à la casse ni aux accents.",
                column=p.c.last_name_key,
                normalise=name_key,
                other=Criterion("birthName", "", column=p.c.birth_name_key),
            ),
            "birthDateFrom": Criterion("birthDate", "Né à partir de cette date, comprise.", Comparison.FROM),
            "birthDateTo": Criterion("birthDate", "Né jusqu'à cette date, comprise.", Comparison.UNTIL),
            "cityCode": Criterion("contact.address.cityCode", "Code INSEE de la commune de résidence."),
            "rsaStatus": Criterion("rsa.status", "État du dossier RSA."),
        },
        order="PersonOrder",
        order_description="Ordre d'une liste de personnes.",
        orders={
            "LAST_NAME": (Sort("lastName", column=p.c.last_name_key), "Par nom d'usage."),
            "BIRTH_DATE": (Sort("birthDate"), "Par date de naissance."),
        },
    ),
)

MODEL = model("people", TYPES, ROOTS)
