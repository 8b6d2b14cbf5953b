"""Root fields of the subgraph `people`, and its model."""

from __future__ import annotations

from enum import Enum

import strawberry
from sqlalchemy import ColumnElement, and_, or_

from schema.categories import Category, Level
from schema.input_forms import SHORTEST_PREFIX
from subgraphs.kit.connection_types import JudgedConnection, judged, tech
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.fields import Sort
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
from subgraphs.kit.signals import Days, Signal, Values
from subgraphs.kit.subgraph_model import model
from subgraphs.people.finding import IDENTITY_MATCH
from subgraphs.people.journey import SUIVI, Contract, Orientation
from subgraphs.people.mutations import Mutation
from subgraphs.people.names import name_key
from subgraphs.people.tables import person as p
from subgraphs.people.types import TYPES, Person
from subgraphs.people.values import ContractKind, OrientationDecision, Pathway, RsaStatus


@strawberry.type(description="Résultat d'un rapprochement d'identité.")
class PersonMatch:
    outcome: MatchOutcome | None = tech("Issue du rapprochement.")
    person: Person | None = tech("La personne, si l'issue est ONE.")
    judged: list[Person] | None = judged(
        "Personnes que l'identité désigne, quelle que soit l'issue ; pour le hub seul."
    )


@filter_of(Person, "Critères de recherche de personnes, comparés à l'identique, par intervalle ou par leur début.")
class PersonFilter:
    last_name: str | None = criterion(
        "lastName",
        "Nom d'usage ou de naissance, sans égard à la casse ni aux accents.",
        column=p.c.last_name_key,
        normalise=name_key,
        alternative=criterion("birthName", column=p.c.birth_name_key),
        designates=True,
    )
    last_name_prefix: str | None = criterion(
        "lastName",
        f"Début du nom d'usage ou de naissance, de {SHORTEST_PREFIX} lettres au moins, sans égard à la casse ni aux "
        "accents.",
        Comparison.PREFIX,
        column=p.c.last_name_key,
        normalise=name_key,
        alternative=criterion("birthName", "", Comparison.PREFIX, column=p.c.birth_name_key),
        designates=True,
    )
    birth_date_from: Date | None = criterion("birthDate", "Né à partir de cette date, comprise.", Comparison.FROM)
    birth_date_to: Date | None = criterion("birthDate", "Né jusqu'à cette date, comprise.", Comparison.UNTIL)
    city_code: str | None = criterion("contact.address.cityCode", "Code INSEE de la commune de résidence.")
    rsa_status: RsaStatus | None = criterion("rsa.status", "État du dossier RSA.")


@order_of(Person, "Ordre d'une liste de personnes.")
class PersonOrder(Enum):
    LAST_NAME = sort("Par nom d'usage.", "lastName", p.c.last_name_key)
    LAST_NAME_DESC = sort("Par nom d'usage, de Z à A.", "lastName", p.c.last_name_key, descending=True)
    BIRTH_DATE = sort("Par date de naissance.", "birthDate")
    BIRTH_DATE_DESC = sort("Par date de naissance, la plus jeune en premier.", "birthDate", descending=True)


@filter_of(Contract, "Critères de recherche de contrats.")
class ContractFilter:
    kind: ContractKind | None = criterion("kind", "Nature du contrat.")
    signed_from: Date | None = criterion("signedOn", "Signé à partir de cette date, comprise.", Comparison.FROM)
    signed_to: Date | None = criterion("signedOn", "Signé jusqu'à cette date, comprise.", Comparison.UNTIL)
    ends_from: Date | None = criterion("endsOn", "Finit à partir de cette date, comprise.", Comparison.FROM)
    ends_to: Date | None = criterion("endsOn", "Finit jusqu'à cette date, comprise.", Comparison.UNTIL)


@order_of(Contract, "Ordre d'une liste de contrats.")
class ContractOrder(Enum):
    SIGNED_ON = sort("Par date de signature.", "signedOn")
    SIGNED_ON_DESC = sort("Par date de signature, le plus récent en premier.", "signedOn", descending=True)
    ENDS_ON = sort("Par date de fin.", "endsOn")
    ENDS_ON_DESC = sort("Par date de fin, le plus tardif en premier.", "endsOn", descending=True)


@filter_of(Orientation, "Critères de recherche d'orientations.")
class OrientationFilter:
    pathway: Pathway | None = criterion("pathway", "Parcours d'orientation.")
    starts_from: Date | None = criterion("startsOn", "Débute à partir de cette date, comprise.", Comparison.FROM)
    starts_to: Date | None = criterion("startsOn", "Débute jusqu'à cette date, comprise.", Comparison.UNTIL)
    decision: OrientationDecision | None = criterion("decision", "Décision de l'organisme.")


@order_of(Orientation, "Ordre d'une liste d'orientations.")
class OrientationOrder(Enum):
    STARTS_ON = sort("Par date de début.", "startsOn")
    STARTS_ON_DESC = sort("Par date de début, la plus récente en premier.", "startsOn", descending=True)


ENDING_CONTRACTS = Signal(
    days=(1, 180),
    meaning="Délai avant la fin du contrat",
    reads=("endsOn", "startsOn"),
    since=Sort("endsOn"),
    condition=lambda row, days: and_(row("endsOn") >= days.today, row("endsOn") <= days.ahead),
    other_row=lambda row, other_row, days: or_(
        other_row("endsOn") > row("endsOn"),
        and_(other_row("endsOn").is_(None), other_row("startsOn") > row("startsOn")),
    ),
    alone=True,
)


def _open(row: Values, days: Days) -> ColumnElement[bool]:
    """Whether an orientation to a known pathway has begun and not ended."""
    return and_(row("startsOn") <= days.today, or_(row("endsOn").is_(None), row("endsOn") >= days.today))


CONFLICTING_ORIENTATIONS = Signal(
    days=(7, 730),
    meaning="Ancienneté de l'orientation la plus récente",
    reads=("pathway", "startsOn", "endsOn"),
    since=Sort("startsOn", descending=True),
    condition=_open,
    other_row=lambda row, other_row, days: and_(
        _open(other_row, days),
        other_row("pathway") != row("pathway"),
        or_(row("startsOn") >= days.ago, other_row("startsOn") >= days.ago),
    ),
)


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
    contracts: JudgedConnection[Contract] | None = caseload(
        "Contrats des personnes suivies.", SUIVI, filter=ContractFilter, order=ContractOrder
    )
    orientations: JudgedConnection[Orientation] | None = caseload(
        "Orientations des personnes suivies ou du périmètre.",
        SUIVI,
        level=Level.REDUCED,
        filter=OrientationFilter,
        order=OrientationOrder,
    )
    ending_contracts: JudgedConnection[Contract] | None = caseload(
        "Signal : contrats des personnes suivies qui finissent bientôt et qu'aucun autre ne prolonge ; ceux qui "
        "finissent les premiers d'abord.",
        SUIVI,
        signal=ENDING_CONTRACTS,
    )
    conflicting_orientations: JudgedConnection[Orientation] | None = caseload(
        "Signal : orientations en cours des personnes suivies qui en ont deux vers des parcours différents, comme du "
        "département et de France Travail ; les plus récentes d'abord.",
        SUIVI,
        signal=CONFLICTING_ORIENTATIONS,
    )


MODEL = model("people", TYPES, Query, Mutation)
