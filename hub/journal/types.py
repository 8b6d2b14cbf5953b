"""Types of the subgraph that the hub answers itself, and its SDL in `schema/generated/journal.graphql`.

They are Strawberry types with the directives of `subgraphs.kit`; `hub.journal.subgraph` answers them by graphql-core,
from that file, so that a hub imports nothing of the subgraphs to serve its journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import strawberry
from graphql import DefinitionNode, DocumentNode, TypeDefinitionNode, parse, print_ast
from strawberry.federation.schema_directives import Inaccessible, Shareable
from strawberry.schema.config import StrawberryConfig

from schema.categories import Category
from subgraphs.kit.connection_types import PageInfo, argument, connection_arguments, judged, tech
from subgraphs.kit.costs import list_size, page_size
from subgraphs.kit.directives import (
    TECH,
    ForbiddenValue,
    SelfDirective,
    SubjectDirective,
    category_directive,
    reads_directive,
)
from subgraphs.kit.federation_schema import SubgraphSchema
from subgraphs.kit.provenance import Provenance
from subgraphs.kit.scalars import ID, SCALARS, Access, Date, DateTime

PAGE = 20
"""Accesses of a page by default."""

SDL = Path(__file__).resolve().parents[2] / "schema" / "generated" / "journal.graphql"


def field(category: Category, description: str, *directives: object) -> Any:
    """A field of an access."""
    return strawberry.field(description=description, directives=[category_directive(category), *directives])


def criterion(read: str, description: str, name: str | None = None) -> Any:
    """An input of the search, which reveals the field `read` of an access."""
    directives = [reads_directive(f"AccessEntry.{read}")]
    return strawberry.field(name=name, description=description, default=strawberry.UNSET, directives=directives)


@strawberry.type(
    description="Données d'une catégorie ; ce qu'elles révèlent se décide sur le champ qui les porte.",
)
class AccessedData:
    category: str = tech("Code de la catégorie.")
    label: str = tech("Catégorie, en toutes lettres.")
    fields: list[str] = tech("Données, en toutes lettres.")


@strawberry.type(
    description="Communication de données d'une personne, inscrite au journal avant que l'acteur ne les reçoive.",
    directives=[SubjectDirective(field="personId", owner="organisation")],
)
class AccessEntry:
    at: DateTime | None = field(Category.ACCES, "Instant de la communication.")
    actor_kind: str | None = field(Category.ACCES, "Sorte d'acteur, code de la politique d'accès.")
    actor_label: str | None = field(Category.ACCES, "Sorte d'acteur, en toutes lettres.")
    organisation: str | None = field(
        Category.ACCES, "SIRET de l'organisation de l'acteur ; nul pour la personne elle-même."
    )
    organisation_name: str | None = field(
        Category.ACCES, "Nom de cette organisation, s'il est connu de sa convention avec le hub."
    )
    application: str | None = field(
        Category.ACCES,
        "Application d'un partenaire par laquelle l'acteur a lu, et son organisme, qui ont ainsi reçu ces données ; "
        "nulle s'il n'a pas lu par une telle application.",
    )
    purpose: str | None = field(Category.ACCES, "Finalité déclarée, code de la politique d'accès.")
    purpose_label: str | None = field(Category.ACCES, "Finalité déclarée, en toutes lettres.")
    data: list[AccessedData] | None = field(
        Category.ACCES,
        "Données communiquées, par catégorie ; vide si rien de la personne ne l'a été qu'un identifiant.",
        list_size(len(Category)),
    )
    actor: str | None = field(
        Category.AUDIT,
        "Acteur : émetteur et sujet de son jeton ; nul pour une personne qui lit ses propres données.",
    )
    client: str | None = field(Category.AUDIT, "Application qui portait le jeton.")
    reference: str | None = field(Category.AUDIT, "Numéro de dossier que l'acteur a donné.")
    operation: str | None = field(Category.AUDIT, "Nom de l'opération.")
    trace: str | None = field(Category.AUDIT, "Identifiant de trace de la requête.")
    people: int | None = field(
        Category.AUDIT,
        "Nombre de personnes à qui ces mêmes données ont été prises ; 0 si la réponse n'en disait aucune.",
    )
    visible_from: DateTime | None = field(
        Category.AUDIT, "Instant à partir duquel la personne voit cet accès, s'il est différé."
    )
    _access: Access | None = strawberry.field(
        name="_access",
        description="Faits de la ligne, pour le hub seul.",
        directives=[Inaccessible(), Shareable(), TECH],
    )


@strawberry.type(description="Élément d'une page d'accès, avec son curseur.")
class AccessEntryEdge:
    cursor: str = tech("Curseur de l'élément.")
    node: AccessEntry | None = tech("Élément.")


@strawberry.type(description="Page d'accès.")
class AccessEntryConnection:
    nodes: list[AccessEntry] | None = tech("Éléments de la page.")
    edges: list[AccessEntryEdge] | None = tech("Éléments de la page, avec leur curseur.")
    page_info: PageInfo = tech("Bornes de la page.")
    _judged: list[AccessEntry] | None = judged(
        "Accès que les critères ont départagés, rendus ou non ; pour le hub seul."
    )


@strawberry.input(description="Critères de recherche dans le journal des accès.")
class AccessFilter:
    person: ID | None = criterion(
        "data",
        "Personne dont des données ont été communiquées ; sans elle, les accès de l'organisation de l'acteur seuls.",
    )
    actor: str | None = criterion("actor", "Acteur : émetteur et sujet de son jeton, « émetteur#sujet ».")
    organisation: str | None = criterion("organisation", "SIRET de l'organisation de l'acteur.")
    client: str | None = criterion("client", "Application qui portait le jeton.")
    purpose: str | None = criterion("purpose", "Finalité déclarée, code de la politique d'accès.")
    trace: str | None = criterion(
        "trace",
        "Identifiant de trace de la requête, 32 chiffres hexadécimaux : celui que cite une erreur.",
    )
    since: DateTime | None = criterion("at", "Depuis cet instant, compris.", "from")
    until: DateTime | None = criterion("at", "Avant cet instant.", "to")


def list_field(description: str, *directives: object, filter: type | None = None) -> Any:  # noqa: A002 - in the schema
    """A root field that lists accesses."""
    root = strawberry.field(description=description, directives=[*directives, page_size(PAGE)])
    criteria_description = "Critères ; tous ceux qui sont donnés s'ajoutent."
    criteria = [] if filter is None else [argument("filter", filter | None, criteria_description)]
    root.arguments = [*criteria, *connection_arguments("d'accès", PAGE)]
    return root


@strawberry.type
class Query:
    my_access_journal: AccessEntryConnection | None = list_field(
        "Qui a lu les données de la personne qui demande, du plus récent au plus ancien ; nul pour tout autre acteur, "
        "avec son motif.",
        TECH,
        SelfDirective(),
    )
    access_journal: AccessEntryConnection | None = list_field(
        "Accès inscrits au journal, du plus récent au plus ancien : ceux de l'organisation de l'acteur, ou tous ceux "
        "qui ont porté sur une personne de son périmètre.",
        category_directive(Category.AUDIT),
        filter=AccessFilter,
    )


_SHARED = (Provenance, Date, ForbiddenValue)
"""Types that every subgraph has, though no field of the journal returns them."""
_ORDER = ("AccessFilter", "AccessEntry", "AccessedData", "AccessEntryConnection", "AccessEntryEdge")
"""Order of the journal's own types in the supergraph, which takes that of the SDL."""


def generated() -> Mapping[Path, str]:
    """The SDL of the journal, by the file that holds it."""
    schema = SubgraphSchema(
        query=Query, types=_SHARED, config=StrawberryConfig(scalar_map=SCALARS), federation_version="2.11"
    )
    definitions = sorted(parse(schema.sdl, no_location=True).definitions, key=_place)
    return {SDL: print_ast(DocumentNode(definitions=tuple(definitions))) + "\n"}


def _place(definition: DefinitionNode) -> int:
    name = definition.name.value if isinstance(definition, TypeDefinitionNode) else ""
    return _ORDER.index(name) if name in _ORDER else -1
