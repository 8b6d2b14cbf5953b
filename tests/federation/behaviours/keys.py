"""Cases of keys: several per entity, with lists, null, and over two hops."""

from __future__ import annotations

from tests.federation.behaviours.case import Case, by, part

CHAIR = {"id": "1", "sku": "s1", "ean": "e1", "name": "Chaise", "stock": 3, "price": 40}
TABLE = {"id": "2", "sku": None, "ean": "e2", "name": "Table", "stock": 1, "price": 90}
TEAM = {"members": [{"id": "a"}, {"id": "b"}], "tags": ["x", "y"], "name": "Bleus", "points": 12, "colour": "bleu"}

CASES = (
    Case(
        "keys-several",
        [
            part("names", 'type Query { items: [Item] } type Item @key(fields: "id") @key(fields: "sku") '
                 "{ id: ID! sku: ID name: String }", {"items": [CHAIR]}),
            part("stocks", 'type Item @key(fields: "sku") { sku: ID stock: Int }', find={"Item": by("sku", CHAIR)}),
            part("prices", 'type Item @key(fields: "id") { id: ID! price: Int }', find={"Item": by("id", CHAIR)}),
        ],
        "{ items { name stock price } }",
        {"items": [{"name": "Chaise", "stock": 3, "price": 40}]},
        ["names", "stocks", "prices"],
    ),
    Case(
        "key-null",
        [
            part("names", 'type Query { items: [Item] } type Item @key(fields: "sku") { sku: ID name: String }',
                 {"items": [TABLE, CHAIR]}),
            part("stocks", 'type Item @key(fields: "sku") { sku: ID stock: Int }', find={"Item": by("sku", CHAIR)}),
        ],
        "{ items { name stock } }",
        {"items": [{"name": "Table", "stock": None}, {"name": "Chaise", "stock": 3}]},
        ["names", "stocks"],
    ),
    Case(
        "key-lists",
        [
            part("teams", 'type Query { team: Team } type Team @key(fields: "members { id } tags") '
                 "{ members: [Member!]! tags: [String!]! name: String } type Member @shareable { id: ID! }",
                 {"team": TEAM}),
            part("league", 'type Team @key(fields: "members { id } tags") '
                 "{ members: [Member!]! tags: [String!]! points: Int } type Member @shareable { id: ID! }",
                 find={"Team": lambda team: TEAM if [e["id"] for e in team["members"]] == ["a", "b"] else None}),
        ],
        "{ team { name points } }",
        {"team": {"name": "Bleus", "points": 12}},
        ["teams", "league"],
    ),
    Case(
        "keys-two-hops",
        [
            part("names", 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! name: String }',
                 {"items": [CHAIR, TABLE]}),
            part("codes", 'type Item @key(fields: "id") @key(fields: "ean") { id: ID! ean: ID! }',
                 find={"Item": by("id", CHAIR, TABLE)}),
            part("skus", 'type Item @key(fields: "ean") @key(fields: "sku") { ean: ID! sku: ID }',
                 find={"Item": by("ean", CHAIR, TABLE)}),
            part("stocks", 'type Item @key(fields: "sku") { sku: ID stock: Int }', find={"Item": by("sku", CHAIR)}),
        ],
        "{ items { stock name } }",
        {"items": [{"stock": 3, "name": "Chaise"}, {"stock": None, "name": "Table"}]},
        ["names", "codes", "skus", "stocks"],
    ),
)  # fmt: skip
