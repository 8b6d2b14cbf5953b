"""A graph of our own whose works are an interface in one subgraph and `@interfaceObject`s in three others: with a
requirement, without resolvable key, with another key, and met again below themselves."""

from __future__ import annotations

from typing import Any

from tests.federation.harness import HEAD, Gateway, Part

READERS: dict[str, dict[str, Any]] = {"r1": {"id": "r1", "name": "Ana"}, "r2": {"id": "r2", "name": None}}
WORKS: dict[str, dict[str, Any]] = {
    "w1": {"__typename": "Book", "id": "w1", "title": "Germinal", "pages": 600, "isbn": "i1", "code": {"shelf": "A"}},
    "w2": {"__typename": "Film", "id": "w2", "title": "Playtime", "minutes": 124, "code": {"shelf": "B"}},
    "w3": {"__typename": "Book", "id": "w3", "title": None, "pages": None, "isbn": None, "code": None},
}
REVIEWS: list[dict[str, Any]] = [
    {"text": "Bien", "author": "x", "reader": READERS["r1"], "work": WORKS["w1"]},
    {"text": None, "author": "y", "reader": READERS["r2"], "work": WORKS["w2"]},
    {"text": "Long", "author": None, "reader": None, "work": WORKS["w1"]},
]
LOANS: list[dict[str, Any]] = [
    {"id": "l1", "work": WORKS["w2"], "reader": READERS["r1"]},
    {"id": "l2", "work": None, "reader": None},
    {"id": "l3", "work": WORKS["w3"], "reader": READERS["r2"]},
]
for stored_object in WORKS.values():
    stored_object["reviews"] = [review for review in REVIEWS if review["work"] is stored_object]
    stored_object["mark"] = {"w1": 4.5, "w2": None, "w3": 1.0}[stored_object["id"]]
    stored_object["sequel"] = WORKS["w3"] if stored_object["id"] == "w1" else None
for stored_object in READERS.values():
    stored_object["favourite"] = WORKS["w1"] if stored_object["id"] == "r1" else None

ROOT: dict[str, Any] = {
    "works": list(WORKS.values()),
    "work": lambda info, **arguments: WORKS.get(arguments["id"]),
    "latest": [WORKS["w2"], WORKS["w1"]],
    "reviewed": REVIEWS,
    "loans": LOANS,
    "books": [WORKS["w1"], WORKS["w3"]],
}


def _blurb(source: dict[str, Any], info: Any, **arguments: Any) -> str:
    title = source.get("__representation", source)["title"]
    return f"« {title} »"


def _rank(source: dict[str, Any], info: Any, **arguments: Any) -> str:
    stored = source.get("__representation", source)
    return f"{stored['mark']}/{stored['code'] and stored['code']['shelf']}"


RESOLVERS = {"Work.blurb": _blurb, "Book.blurb": _blurb, "Film.blurb": _blurb} | {
    f"{name}.rank": _rank for name in ("Work", "Book", "Film")
}


def _work(representation: dict[str, Any]) -> Any:
    return WORKS.get(representation["id"])


PARTS = (
    Part(
        "catalogue",
        HEAD
        + """
        type Query { works: [Work] work(id: ID!): Work books: [Book] }
        interface Work @key(fields: "id") { id: ID! title: String code: Code sequel: Work }
        type Book implements Work @key(fields: "id") {
          id: ID! title: String code: Code sequel: Work pages: Int isbn: String
        }
        type Film implements Work @key(fields: "id") { id: ID! title: String code: Code sequel: Work minutes: Int }
        type Code { shelf: String }
        """,
        ROOT,
        {"Work": _work, "Book": _work, "Film": _work},
    ),
    Part(
        "reviews",
        HEAD
        + """
        type Query { latest: [Work] reviewed: [Review!]! }
        type Work @key(fields: "id") @interfaceObject {
          id: ID! reviews: [Review!]! mark(scale: Int): Float
          title: String @external
          blurb: String @requires(fields: "title")
        }
        type Review { text: String author: String work: Work reader: Reader }
        type Reader @key(fields: "id", resolvable: false) { id: ID! }
        """,
        ROOT,
        {"Work": _work},
        RESOLVERS,
    ),
    Part(
        "loans",
        HEAD
        + """
        type Query { loans: [Loan] }
        type Work @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
        type Loan @key(fields: "id") { id: ID! work: Work reader: Reader }
        type Reader @key(fields: "id") { id: ID! name: String favourite: Work }
        """,
        ROOT,
        {
            "Loan": lambda representation: next((loan for loan in LOANS if loan["id"] == representation["id"]), None),
            "Reader": lambda representation: READERS.get(representation["id"]),
        },
    ),
    Part(
        "ranks",
        HEAD
        + """
        type Work @key(fields: "id") @interfaceObject {
          id: ID! mark(scale: Int): Float @external code: Code @external
          rank: String @requires(fields: "mark code { shelf }")
        }
        type Code @shareable { shelf: String @external }
        """,
        {},
        {"Work": _work},
        RESOLVERS,
    ),
)


def library() -> Gateway:
    """The graph, with fresh request logs."""
    return Gateway(*PARTS)
