"""Root fields of the subgraph `people`, and its model."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.categories import Category
from subgraphs.kit.connection_types import JudgedConnection, judged, tech
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.identity_match import MatchOutcome
from subgraphs.kit.root_fields import (
    Comparison,
    by_key,
    caseload,
    criterion,
    filter_of,
    match,
    order_of,
    own_record,
    sort,
)
from subgraphs.kit.scalars import Date
from subgraphs.kit.subgraph_model import model
from subgraphs.people.finding import IDENTITY_MATCH
from subgraphs.people.names import name_key
from subgraphs.people.tables import person as p
from subgraphs.people.types import TYPES, Person
from subgraphs.people.values import RsaStatus


@strawberry.type(description="Résultat d'un rapprochement d'identité.")
class PersonMatch:
    outcome: MatchOutcome | None = tech("Issue du rapprochement.")
    person: Person | None = tech("La personne, si l'issue est ONE.")
    judged: list[Person] | None = judged(
        "Personnes que l'identité désigne, quelle que soit l'issue ; pour le hub seul."
    )


@filter_of(Person, "Critères de recherche de personnes, comparés à l'identique ou par intervalle.")
class PersonFilter:
    last_name: str | None = criterion(
        "lastName",
        "Nom d'usage ou de naissance, sans égard à la casse ni aux accents.",
        column=p.c.last_name_key,
        normalise=name_key,
        alternative=criterion("birthName", column=p.c.birth_name_key),
        designates=True,
    )
    birth_date_from: Date | None = criterion("birthDate", "Né à partir de cette date, comprise.", Comparison.FROM)
    birth_date_to: Date | None = criterion("birthDate", "Né jusqu'à cette date, comprise.", Comparison.UNTIL)
    city_code: str | None = criterion("contact.address.cityCode", "Code INSEE de la commune de résidence.")
    rsa_status: RsaStatus | None = criterion("rsa.status", "État du dossier RSA.")


@order_of(Person, "Ordre d'une liste de personnes.")
class PersonOrder(Enum):
    LAST_NAME = sort("Par nom d'usage.", "lastName", p.c.last_name_key)
    BIRTH_DATE = sort("Par date de naissance.", "birthDate")


@strawberry.type
class Query(SubgraphQuery):
    person: Person | None = by_key(
        "Une personne par son identifiant du hub ; nulle si elle n'existe pas pour l'acteur.",
        "Identifiant de la personne.",
    )
    find_person: PersonMatch | None = match(
        "Rapproche une identité de celles que l'acteur peut rapprocher pour sa finalité. Chaque recherche est "
        "journalisée ; le nombre de celles qui ne trouvent pas est limité.",
        Category.ID,
        IDENTITY_MATCH,
    )
    me: Person | None = own_record("La personne qui demande, si l'acteur est une personne accompagnée.")
    persons: JudgedConnection[Person] | None = caseload(
        "Les personnes que l'acteur suit ou qui relèvent de son périmètre.", filter=PersonFilter, order=PersonOrder
    )


MODEL = model("people", TYPES, Query)
