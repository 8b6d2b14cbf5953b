"""Who reads what of the journey query, observed: the query is run on the demo's data as one actor of each kind.

A cell of the matrix is what the answers held over every person that the actor reads: a value, a reduced value, another
field in its place (asked too, and read), or nothing, with the reasons of `extensions.access`. The policy is not looked
at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    parse,
)

from hub.pages.journey import journey
from schema.subgraphs import GENERATED
from tests.e2e.site import PURPOSES, Site

HEADINGS = {
    "orienteur": ("Ori.", "la chargée d'orientation du département"),
    "referent-a": ("Réf.", "la référente de parcours, pour son groupe de suivi"),
    "conseiller-ft": ("FT", "la conseillère France Travail"),
    "conseiller-ml": ("ML", "le conseiller de la mission locale"),
    "delegataire": ("Dél.", "le délégataire RSA"),
    "employeur": ("IAE", "la structure d'insertion, pour ses candidats"),
    "organisme-formation": ("OF", "l'organisme de formation, pour ses stagiaires"),
    "personne": ("Pers.", "la personne elle-même"),
    "dpo": ("DPO", "le délégué à la protection des données"),
    "statisticien": ("Stat.", "le statisticien du département"),
    "partenaire": ("Part.", "l'application partenaire dont se sert la référente de parcours"),
}
"""Actors of the demo: heading of the column, and who that is; another kind has its actor's own name and words."""
LIST = (
    "query ($after: String) { persons(first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }"
)
SCHEMA: GraphQLSchema = build_schema((GENERATED / "api.graphql").read_text(encoding="utf-8"))
Path = tuple[str, ...]


@dataclass
class Cell:
    """What one actor got at one leaf of the query: whether a value came for anyone, whether none did though it may be
    read; what was said of it, with its rules."""

    read: bool = False
    empty: bool = False
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    denials: dict[tuple[str, str | None], tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Matrix:
    """The cells by actor and leaf; by actor, its heading, the purpose that it declared and how many people it read."""

    columns: Mapping[str, tuple[str, str]]
    cells: dict[str, dict[Path, Cell]] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @property
    def siblings(self) -> list[str]:
        """The fields read in place of others, in the order of the query."""
        cells = (self.cells[actor][path] for path in journey_leaves() for actor in self.columns)
        return list(dict.fromkeys(name for cell in cells for _, name in cell.denials if name is not None))


def leaves(selections: SelectionSetNode, path: Path = ()) -> Iterator[Path]:
    """Paths of the leaves of a query of fields only, in its order."""
    for node in selections.selections:
        assert isinstance(node, FieldNode)
        leaf = (*path, node.name.value)
        if node.selection_set is None:
            yield leaf
        else:
            yield from leaves(node.selection_set, leaf)


@cache
def query() -> str:
    """The journey query, as GraphiQL opens with it."""
    return journey(SCHEMA)


@cache
def journey_leaves() -> tuple[Path, ...]:
    """The leaves below the person."""
    (operation,) = parse(query()).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return tuple(path[1:] for path in leaves(operation.selection_set))


def columns(running: Site) -> dict[str, tuple[str, str]]:
    """One actor of each kind, with its heading and who that is."""
    headed = {running.actors[name].kind for name in HEADINGS}
    return HEADINGS | {
        actor.name: (actor.name, actor.about)
        for kind, actor in {actor.kind: actor for actor in running.actors.values()}.items()
        if kind not in headed
    }


def observe(running: Site) -> Matrix:
    """Run the query as each actor, of everyone that it lists and everyone whom the demo names."""
    matrix = Matrix(columns(running))
    for actor in matrix.columns:
        cells = matrix.cells[actor] = {path: Cell() for path in journey_leaves()}
        read = set()
        for identifier in sorted({*listed(running, actor), *running.persons.values()}):
            answer = running.ask(actor, query(), id=identifier)
            assert "errors" not in answer, answer["errors"]
            person, entries = answer["data"]["person"], answer["extensions"]["access"]
            if person is None and "NOT_FOUND" in {entry["reason"] for entry in entries}:
                continue
            if person is not None:
                read.add(identifier)
            for path, cell in cells.items():
                note(cell, ("person", *path), entries, person)
        matrix.purposes[actor] = PURPOSES[running.actors[actor].kind]
        matrix.people[actor] = len(read)
        for instead in {name for cell in cells.values() for _, name in cell.denials if name is not None}:
            assert_read(running, actor, instead, read)
    return matrix


def listed(running: Site, actor: str) -> Iterator[str]:
    """Ids of the people of the actor's list, page after page."""
    after = None
    while True:
        persons = running.ask(actor, LIST, after=after)["data"]["persons"]
        if persons is None or persons["nodes"] is None:
            return
        yield from (node["id"] for node in persons["nodes"])
        after = persons["pageInfo"]["endCursor"]
        if not persons["pageInfo"]["hasNextPage"]:
            return


def note(cell: Cell, path: Path, entries: Iterable[Mapping[str, Any]], person: Any) -> None:
    """Add what one answer says at one leaf."""
    above = [entry for entry in entries if list(path[: len(entry["path"])]) == entry["path"]]
    for entry in above:
        if entry["decision"] == "deny":
            cell.denials[entry["reason"], entry.get("instead")] = tuple(entry["rules"])
            return
    if any(value not in (None, []) for value in at(person, path[1:])):
        cell.read = True
        cell.notes.update({entry["note"]: tuple(entry["rules"]) for entry in above if "note" in entry})
    else:
        cell.empty = True


def at(value: Any, path: Path) -> Iterator[Any]:
    """The values at a path, of every element of the lists on it."""
    if isinstance(value, list) and path:
        for item in value:
            yield from at(item, path)
    elif not path:
        yield value
    elif value is not None:
        yield from at(value[path[0]], path[1:])


def assert_read(running: Site, actor: str, instead: str, people: Iterable[str]) -> None:
    """The field named in place of a denied one is a field of the person, and someone has it for the actor."""
    owner, _, name = instead.partition(".")
    assert owner == "Person", instead
    text = f"query ($id: ID!) {{ person(id: $id) {{ {whole(owner, name)} }} }}"
    answers = (running.ask(actor, text, id=identifier) for identifier in sorted(people))
    assert any(answer["data"]["person"][name] not in (None, []) for answer in answers), (actor, instead)


def whole(owner: str, name: str) -> str:
    """A field with all the leaves right below it."""
    parent = SCHEMA.type_map[owner]
    assert isinstance(parent, GraphQLObjectType)
    below = get_named_type(parent.fields[name].type)
    if not isinstance(below, GraphQLObjectType):
        return name
    inner = [
        key for key, field in below.fields.items() if not isinstance(get_named_type(field.type), GraphQLObjectType)
    ]
    return f"{name} {{ {' '.join(inner)} }}"
