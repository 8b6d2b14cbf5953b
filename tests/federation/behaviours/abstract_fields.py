"""Fields of abstract types that differ by member, in type, nullability or arguments, and abstract types without any."""

from __future__ import annotations

from typing import Any

from tests.federation.behaviours.case import Case, by, part

ROSE: dict[str, Any] = {"__typename": "Rose", "id": "r"}
BIRCH: dict[str, Any] = {"__typename": "Oak", "id": None, "best": None, "grafts": []}
OAK: dict[str, Any] = {"__typename": "Oak", "id": "o", "best": ROSE, "grafts": [ROSE, BIRCH]}
ROSE |= {"best": OAK, "grafts": [OAK]}
GARDEN = (
    part(
        "names", "type Query { size: Int } type Rose @shareable { id: ID best: Plant } union Plant = Rose", {"size": 1}
    ),
    part(
        "garden",
        """
        type Query { plants: [Plant!]! }
        union Plant = Rose | Oak
        type Rose @shareable { id: ID! best: Plant! grafts: [Plant!]! }
        type Oak { id: ID best: Plant grafts: [Plant!]! }
        """,
        {"plants": [OAK, ROSE]},
    ),
)

ROOT: dict[str, Any] = {"__typename": "Folder", "id": "f", "next": None, "link": None, "size": 3}
FOLDER: dict[str, Any] = {"__typename": "Folder", "id": "g", "next": ROOT, "link": ROOT, "size": 4}
FILES = (
    part(
        "files",
        """
        type Query { entry: Entry entries: [Sized] }
        interface Entry { next: Entry }
        interface Sized { size(unit: String): Int link: Sized tags: [String] }
        type Folder implements Entry & Sized @key(fields: "id") {
          id: ID! next: Folder size(unit: String, deep: Boolean): Int link: Folder! tags: [String!]
        }
        """,
        {"entry": FOLDER, "entries": [FOLDER]},
        {"Folder": by("id", ROOT, FOLDER)},
        {"Folder.size": lambda value, info, **arguments: value["size"] + len(arguments), "Folder.tags": lambda *_: []},
    ),
)  # fmt: skip

EMPTY = (
    part(
        "empty",
        """
        type Query { node: Node nodes: [Node!]! other: Other pair: Pair }
        type Pair { node: Node name: String }
        interface Node { id: ID! }
        interface Other { name: String }
        """,
        {"node": None, "nodes": [], "other": None, "pair": {"node": None, "name": "p"}},
    ),
    part(
        "full",
        """
        type Query { leaf: Leaf }
        interface Node { id: ID! }
        type Leaf implements Node { id: ID! }
        """,
        {"leaf": {"id": "l"}},
    ),
)

CASES = (
    Case(
        "nested-conflicts",
        GARDEN,
        "{ plants { ... on Rose { grafts { ... on Rose { id } ... on Oak { id } } } "
        "... on Oak { grafts { ... on Rose { id } ... on Oak { id grafts { __typename } } } } } }",
        {
            "plants": [
                {"grafts": [{"id": "r"}, {"id": None, "grafts": []}]},
                {"grafts": [{"id": "o"}]},
            ]
        },
        ["garden"],
    ),
    Case(
        "conflicts-below-conflicts",
        GARDEN,
        "{ plants { ... on Rose { best { ... on Rose { id } ... on Oak { id best { ... on Rose { id } } } } } "
        "... on Oak { best { ... on Rose { id best { ... on Oak { id } ... on Rose { id } } } ... on Oak { id } } } }"
        "}",
        {
            "plants": [
                {"best": {"id": "r", "best": {"id": "o"}}},
                {"best": {"id": "o", "best": {"id": "r"}}},
            ]
        },
        ["garden"],
    ),
    Case(
        "narrower-in-the-implementer",
        FILES,
        "{ entry { next { ... on Folder { id size } } } "
        'entries { ... on Folder { link { size(deep: true) } tags } size(unit: "kB") } }',
        {
            "entry": {"next": {"id": "f", "size": 3}},
            "entries": [{"link": {"size": 4}, "tags": [], "size": 5}],
        },
        ["files"],
    ),
    Case(
        "interface-without-implementer",
        EMPTY,
        "{ node { id } nodes { id __typename } other { name } pair { node { id } name } leaf { id } }",
        {"node": None, "nodes": [], "other": None, "pair": {"node": None, "name": "p"}, "leaf": {"id": "l"}},
        ["empty", "full"],
    ),
    Case(
        "nothing-but-an-interface-without-implementer",
        EMPTY,
        "query ($on: Boolean!) { pair { node @include(if: $on) { id } } other @skip(if: $on) { name } }",
        {"pair": {"node": None}},
        ["empty"],
        {"on": True},
    ),
)
