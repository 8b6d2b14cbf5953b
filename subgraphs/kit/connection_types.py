"""Relay connections as Strawberry generics: `Connection[Appointment]` is the type `AppointmentConnection`.

`PlaceConnection[Service]` is `ServiceConnection` too, of a list that can be asked around a place: its edges tell the
distance. `JudgedConnection[Person]` is `PersonConnection`, of a list of people that can be filtered: it tells the hub
whom the filter judged (docs/policy.md#rule-13). Descriptions are completed with the plural of the entity by
`subgraphs.kit.federation_schema`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.federation.schema_directives import Inaccessible, Shareable
from strawberry.types.arguments import StrawberryArgument

from schema.categories import Category
from schema.context import PAGE
from subgraphs.kit.directives import TECH, category_directive

T = TypeVar("T")
JUDGED = "_judged"
"""The internal field of a list or search: the rows that its filter judged, or whom the identity to match named. The
hub asks `_access` of them alone."""


def tech(description: str) -> Any:
    """A technical field, open to all."""
    return strawberry.field(description=description, directives=[TECH])


@strawberry.type(description="Place d'une page dans sa liste.", directives=[Shareable()])
class PageInfo:
    has_next_page: bool = tech("Une page suit.")
    has_previous_page: bool = tech("Une page précède.")
    start_cursor: str | None = tech("Curseur du premier élément.")
    end_cursor: str | None = tech("Curseur du dernier élément.")


@strawberry.type(name="Edge", description="Élément d'une page {of_rows}, avec son curseur.")
class Edge(Generic[T]):
    cursor: str = tech("Curseur de l'élément.")
    node: T | None = tech("Élément.")


@strawberry.type(name="Connection", description="Page {of_rows}.")
class Connection(Generic[T]):
    nodes: list[T] | None = tech("Éléments de la page.")
    edges: list[Edge[T]] | None = tech("Éléments de la page, avec leur curseur.")
    page_info: PageInfo = tech("Bornes de la page.")


@strawberry.type(name="Edge", description="Élément d'une page {of_rows}, avec son curseur.")
class PlaceEdge(Edge[T], Generic[T]):
    distance_km: float | None = strawberry.field(
        description="Distance au lieu de recherche, en kilomètres.", directives=[category_directive(Category.PUB)]
    )


@strawberry.type(name="Connection", description="Page {of_rows}.")
class PlaceConnection(Generic[T]):
    nodes: list[T] | None = tech("Éléments de la page.")
    edges: list[PlaceEdge[T]] | None = tech("Éléments de la page, avec leur curseur.")
    page_info: PageInfo = tech("Bornes de la page.")


def judged(description: str) -> Any:
    """Return the internal field whose rows the journal is told of, because the answer lets them be guessed."""
    return strawberry.field(name=JUDGED, description=description, directives=[Inaccessible(), TECH])


@strawberry.type(name="Connection", description="Page {of_rows}.")
class JudgedConnection(Generic[T]):
    nodes: list[T] | None = tech("Éléments de la page.")
    edges: list[Edge[T]] | None = tech("Éléments de la page, avec leur curseur.")
    page_info: PageInfo = tech("Bornes de la page.")
    judged: list[T] | None = judged("Lignes que les critères ont départagées, rendues ou non ; pour le hub seul.")


def argument(
    name: str, type_: Any, description: str, default: Any = strawberry.UNSET, directives: Sequence[object] = ()
) -> StrawberryArgument:
    """An argument of a field that has no resolver."""
    annotation = StrawberryAnnotation(type_)
    return StrawberryArgument(name, None, annotation, description=description, default=default, directives=directives)


def connection_arguments(of_rows: str, page: int) -> list[StrawberryArgument]:
    """`first` and `after` of a connection."""
    return [
        argument(
            "first",
            int | None,
            f"Nombre {of_rows} par page, de 1 à {PAGE}, ou à la borne de l'application.",
            page,
        ),
        argument("after", str | None, "Curseur de la page précédente."),
    ]
