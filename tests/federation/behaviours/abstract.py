"""Abstract types that differ by subgraph: members of unions, interfaces of interfaces, of themselves, fragments."""

from __future__ import annotations

from typing import Any

from tests.federation.behaviours.case import Case, by, part

CAT: dict[str, Any] = {"__typename": "Cat", "id": "c", "name": "Minet", "lives": 9}
DOG: dict[str, Any] = {"__typename": "Dog", "id": "d", "name": "Rex", "tricks": 2}
OWL: dict[str, Any] = {"__typename": "Owl", "id": "o", "name": None, "wings": 2}
CAT["friend"], DOG["friend"], OWL["friend"] = DOG, OWL, None
PETS = part(
    "pets",
    """
    type Query { pets: [Pet] }
    union Pet = Cat | Dog
    type Cat @key(fields: "id") { id: ID! name: String }
    type Dog @key(fields: "id") { id: ID! name: String }
    """,
    {"pets": [CAT, DOG]},
    {"Cat": by("id", CAT), "Dog": by("id", DOG)},
)
ZOO = part(
    "zoo",
    """
    type Query { zoo: [Pet] }
    union Pet = Cat | Owl
    type Cat @key(fields: "id") { id: ID! lives: Int }
    type Owl @key(fields: "id") { id: ID! wings: Int }
    """,
    {"zoo": [OWL, CAT]},
    {"Cat": by("id", CAT), "Owl": by("id", OWL)},
)
NODES = part(
    "nodes",
    """
    type Query { node: Node named: [Named] }
    interface Node { id: ID! friend: Node }
    interface Named implements Node { id: ID! friend: Node name: String }
    type Cat implements Named & Node @key(fields: "id") { id: ID! friend: Node name: String }
    type Dog implements Named & Node @key(fields: "id") { id: ID! friend: Node name: String }
    type Owl implements Node @key(fields: "id") { id: ID! friend: Node }
    """,
    {"node": CAT, "named": [CAT, DOG]},
    {"Cat": by("id", CAT), "Dog": by("id", DOG), "Owl": by("id", OWL)},
)
SKILLS = part(
    "skills",
    'type Cat @key(fields: "id") { id: ID! lives: Int } type Dog @key(fields: "id") { id: ID! tricks: Int } '
    'type Owl @key(fields: "id") { id: ID! wings: Int }',
    {},
    {"Cat": by("id", CAT), "Dog": by("id", DOG), "Owl": by("id", OWL)},
)

CASES = (
    Case(
        "union-members-differ",
        [PETS, ZOO],
        "{ pets { ... on Cat { name lives } ... on Dog { name } ... on Owl { wings } } "
        "zoo { __typename ... on Cat { name lives } ... on Owl { wings } ... on Dog { name } } }",
        {
            "pets": [{"name": "Minet", "lives": 9}, {"name": "Rex"}],
            "zoo": [{"__typename": "Owl", "wings": 2}, {"__typename": "Cat", "name": "Minet", "lives": 9}],
        },
        ["pets", "zoo"],
    ),
    Case(
        "interface-of-interfaces",
        [NODES, SKILLS],
        "{ named { __typename name ... on Node { friend { id ... on Named { name } } } ... on Dog { tricks } } }",
        {
            "named": [
                {"__typename": "Cat", "name": "Minet", "friend": {"id": "d", "name": "Rex"}},
                {"__typename": "Dog", "name": "Rex", "friend": {"id": "o"}, "tricks": 2},
            ]
        },
        ["nodes", "skills"],
    ),
    Case(
        "interface-of-itself",
        [NODES, SKILLS],
        "{ node { friend { friend { t: __typename id friend { id } ... on Owl { wings } } } } }",
        {"node": {"friend": {"friend": {"t": "Owl", "id": "o", "friend": None, "wings": 2}}}},
        ["nodes", "skills"],
    ),
    Case(
        "impossible-fragment",
        [NODES, SKILLS],
        "{ named { ... on Node { ... on Owl { wings } ... on Cat { lives } } } }",
        {"named": [{"lives": 9}, {}]},
        ["nodes", "skills"],
    ),
    Case(
        "one-key-in-disjoint-fragments",
        [NODES, SKILLS],
        "{ named { ... on Cat { x: lives } ... on Dog { x: tricks } } }",
        {"named": [{"x": 9}, {"x": 2}]},
        ["nodes", "skills"],
    ),
)
