"""Types of the subgraph `changes`, which the hub answers itself, and its SDL in `schema/generated/changes.graphql`.

Only the generator imports them, as those of `hub.journal.types` (decision 0051).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry
from strawberry import enum_value
from strawberry.federation.schema_directives import Inaccessible, Key, ListSize, Shareable
from strawberry.schema.config import StrawberryConfig

from schema.subgraphs import CHANGES, GENERATED
from subgraphs.kit.connection_types import PageInfo, argument, tech
from subgraphs.kit.directives import TECH, ForbiddenValue, SubjectDirective, reads_directive
from subgraphs.kit.federation_schema import SubgraphSchema
from subgraphs.kit.provenance import Provenance
from subgraphs.kit.scalars import ID, SCALARS, Access, Date, DateTime

PAGE = 100
"""People of a page by default."""

SIZE = ListSize(
    assumed_size=PAGE,
    slicing_arguments=["first"],
    sized_fields=["nodes", "withdrawn"],
    require_one_slicing_argument=False,
)


@strawberry.enum(description="Pourquoi une personne sort de la copie que tient le client.")
class WithdrawalKind(Enum):
    WITHDRAWN = enum_value(
        "WITHDRAWN", description="L'acteur n'en lit plus rien : lien fini, opposition, limitation, durée échue."
    )
    MERGED = enum_value("MERGED", description="Ses dossiers sont désormais ceux de la personne `into`.")
    DELETED = enum_value("DELETED", description="Le hub n'en tient plus rien.")


@strawberry.type(
    description="Personne accompagnée ou qui demande à l'être.",
    directives=[Key(fields="id", resolvable=False)],  # type: ignore[arg-type]
)
class Person:
    id: ID = tech("Identifiant opaque du hub ; ne dérive d'aucun autre.")


@strawberry.type(
    description="Personne que l'acteur pouvait lire au curseur, et dont il ne lit plus rien : à effacer de la copie.",
    directives=[SubjectDirective(field="id")],
)
class Withdrawal:
    id: ID = tech("Identifiant de la personne.")
    kind: WithdrawalKind = tech("Pourquoi.")
    into: ID | None = tech("Personne avec laquelle elle ne fait qu'une, si l'acteur la lit.")
    _access: Access | None = strawberry.field(
        name="_access",
        description="Faits de la ligne, pour le hub seul.",
        directives=[Inaccessible(), Shareable(), TECH],
    )


@strawberry.type(description="Page de ce qui a changé : chaque personne y est une fois.")
class Changes:
    nodes: list[Person] | None = tech("Personnes à écrire à neuf, avec tout ce que la requête en lit.")
    withdrawn: list[Withdrawal] | None = tech("Personnes à effacer.")
    page_info: PageInfo = tech(
        "Sa valeur `endCursor` est le `since` de l'appel suivant : à faire aussitôt si `hasNextPage`, sinon quand on "
        "veut."
    )


@strawberry.type
class Query:
    changes: Changes | None = strawberry.field(
        description="Ce qui a changé depuis un curseur pour les personnes que l'acteur peut lire ; toutes sans "
        "curseur. Un changement compte si la requête lit ce qu'il touche, et si l'acteur peut le lire.",
        directives=[TECH, SIZE],
    )


Query.__strawberry_definition__.fields[0].arguments = [  # type: ignore[attr-defined]
    argument(
        "since",
        str | None,
        "Curseur de l'appel précédent ; sans lui, tout est à relire, et la copie à remplacer.",
        directives=[reads_directive()],
    ),
    argument("first", int | None, "Nombre de personnes par page, de 1 à 100, ou jusqu'à la page de la portée.", PAGE),
]

_SHARED = (Provenance, Date, DateTime, ForbiddenValue)
"""Types that every subgraph has, though no field of this one returns them."""


def generated() -> Mapping[Any, str]:
    """The SDL of the subgraph, by the file that holds it."""
    schema = SubgraphSchema(
        query=Query, types=_SHARED, config=StrawberryConfig(scalar_map=SCALARS), federation_version="2.11"
    )
    return {GENERATED / f"{CHANGES}.graphql": schema.sdl}
