"""Parts of Strawberry types that every model has: described fields, pages of lists, and their arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Optional

import strawberry
from strawberry import federation
from strawberry.federation.schema_directives import Shareable

from schema.categories import Category, Level
from subgraphs.kit import directives as d
from subgraphs.kit.entity import Entity
from subgraphs.kit.place_search import DISTANCE, INPUT, LARGEST_KM, RADIUS_KM


def category(category: Category, level: Level = Level.FULL) -> Any:
    """`@category`."""
    name = d.Category[category.name]
    return d.CategoryDirective(name=name, level=d.CategoryLevel[level.name])


TECH = category(Category.TECH)


def optional(found: Any) -> Any:
    return Optional[found]  # noqa: UP045


def listed(found: Any) -> Any:
    return list[found]


def described(description: str, applied: list[Any], name: str, resolver: Any = None) -> Any:
    return federation.field(resolver=resolver, description=description, directives=applied, name=name)


def define(cls: type, fields: dict[str, tuple[Any, Any]]) -> None:
    cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
    for name, (_, field) in fields.items():
        setattr(cls, name, field)


AFTER = "Curseur de la page précédente."


def argument(kind: Any, description: str, applied: Sequence[Any] = ()) -> Any:
    return Annotated[kind, strawberry.argument(description=description, directives=applied)]


def reads(*coordinates: str) -> Any:
    """`@reads`."""
    return d.ReadsDirective(fields=list(dict.fromkeys(coordinates)))


def near_input() -> type:
    """The input of a place. Its fields reveal nothing by themselves: what a place tells of rows, its argument says."""
    cls = type(INPUT, (), {})
    given = {
        "cityCode": (str, strawberry.UNSET, "Code INSEE de la commune, à défaut de coordonnées."),
        "latitude": (float, strawberry.UNSET, "Latitude, en degrés décimaux."),
        "longitude": (float, strawberry.UNSET, "Longitude, en degrés décimaux."),
        "radiusKm": (int, RADIUS_KM, f"Rayon, en kilomètres, de 1 à {LARGEST_KM}."),
    }
    fields = {
        name: (optional(kind), strawberry.field(name=name, description=said, default=default, directives=[reads()]))
        for name, (kind, default, said) in given.items()
    }
    define(cls, fields)
    return strawberry.input(cls, name=INPUT, description="Lieu de recherche : une commune, ou des coordonnées.")


NEAR = "Lieu de recherche : la liste se limite à ce qui est situé dans le rayon, du plus proche au plus lointain."


def paged(
    entity: Entity,
    page: int,
    found: Any,
    filtered: Any = None,
    ordered: Any = None,
    near: tuple[Any, Sequence[str]] | None = None,
) -> Any:
    """`near` is the input of a place and the fields that it tells of the rows."""
    arguments = {
        "first": (argument(optional(int), f"Nombre {_of(entity)} par page, de 1 à 100."), page),
        "after": (argument(optional(str), AFTER), strawberry.UNSET),
    }
    if filtered is not None:
        arguments["filter"] = (argument(optional(filtered), "Critères, tous exigés à la fois."), strawberry.UNSET)
    if ordered is not None:
        said = "Ordre ; par identifiant si rien n'est demandé."
        arguments["orderBy"] = (argument(optional(ordered), said), strawberry.UNSET)
    if near is not None:
        told = reads(*map(entity.coordinate, near[1]))
        arguments["near"] = (argument(optional(near[0]), NEAR, [told]), strawberry.UNSET)
    return resolver(arguments, found)


def one_argument(name: str, description: str, kind: Any, found: Any) -> Any:
    """A field with one argument, which must be given."""
    return resolver({name: (argument(kind, description), inspect.Parameter.empty)}, found)


def _unanswered() -> Any:
    raise NotImplementedError


def resolver(arguments: dict[str, tuple[Any, Any]], found: Any, answer: Callable[[], Any] = _unanswered) -> Any:
    """A function that has the arguments of a field; the value of a field of data comes from the statement instead."""

    def resolve(**_: Any) -> Any:
        return answer()

    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in arguments.items()
        ],
        return_annotation=found,
    )
    resolve.__annotations__ = {name: annotation for name, (annotation, _) in arguments.items()} | {"return": found}
    return resolve


def page_info() -> type:
    cls = type("PageInfo", (), {})
    given = {
        "hasNextPage": (bool, "Une page suit."),
        "hasPreviousPage": (bool, "Une page précède."),
        "startCursor": (optional(str), "Curseur du premier élément."),
        "endCursor": (optional(str), "Curseur du dernier élément."),
    }
    define(cls, {name: (found, described(said, [TECH], name)) for name, (found, said) in given.items()})
    return strawberry.type(
        cls, name="PageInfo", description="Place d'une page dans sa liste.", directives=[Shareable()]
    )


def _of(entity: Entity) -> str:
    return f"d'{entity.plural}" if entity.plural[0] in "aeéiou" else f"de {entity.plural}"


def connection(entity: Entity, node: type, page_info: type, searched: bool) -> type:
    """The page type of an entity; `searched`: its rows may be listed by their distance, which an edge tells."""
    name = entity.name
    edge, connection = type(f"{name}Edge", (), {}), type(f"{name}Connection", (), {})
    fields = {
        "cursor": (str, described("Curseur de l'élément.", [TECH], "cursor")),
        "node": (optional(node), described("Élément.", [TECH], "node")),
    }
    if searched:
        said = "Distance au lieu de recherche, en kilomètres."
        fields[DISTANCE] = (optional(float), described(said, [category(Category.PUB)], DISTANCE))
    define(edge, fields)
    strawberry.type(edge, name=f"{name}Edge", description=f"Élément d'une page {_of(entity)}, avec son curseur.")
    nodes = optional(listed(node))
    define(
        connection,
        {
            "nodes": (nodes, described("Éléments de la page.", [TECH], "nodes")),
            "edges": (optional(listed(edge)), described("Éléments de la page, avec leur curseur.", [TECH], "edges")),
            "pageInfo": (page_info, described("Bornes de la page.", [TECH], "pageInfo")),
        },
    )
    return strawberry.type(connection, name=f"{name}Connection", description=f"Page {_of(entity)}.")
