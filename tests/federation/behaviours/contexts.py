"""`@context` and `@fromContext`: the nearest object above gives the argument, of another subgraph, by type, or null."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.federation.behaviours.case import Case, by, part

ARTICLES: list[dict[str, Any]] = [{"id": "a1"}, {"id": "a2"}]
READERS: list[dict[str, Any]] = [
    {"id": "r1", "lang": "fr", "taste": {"tags": ["x", None]}, "reads": ARTICLES},
    {"id": "r2", "lang": "en", "taste": None, "reads": ARTICLES[:1]},
    {"id": "r3", "lang": None, "taste": {"tags": None}, "reads": [None, ARTICLES[1]]},
    {"id": "r4", "lang": "fr", "taste": {"tags": []}, "reads": ARTICLES[:1]},
]
INNER: dict[str, Any] = {"id": "s2", "code": "B", "articles": ARTICLES, "inner": None}
SHELF: dict[str, Any] = {"id": "s1", "code": "A", "articles": ARTICLES[:1], "inner": INNER}
SELLERS: list[dict[str, Any]] = [
    {"__typename": "Shop", "city": "Lyon", "sells": ARTICLES[:1]},
    {"__typename": "Site", "domain": "fr", "sells": ARTICLES[:1]},
    {"__typename": "Kiosk", "sells": ARTICLES[1:]},
]


def echo(*names: str) -> Callable[..., Any]:
    """A resolver that answers with the id and the named arguments, `absent` standing for one that was not passed."""
    return lambda value, info, **arguments: " ".join(
        [value["id"], *(str(arguments.get(name, "absent")) for name in names)]
    )


ARTICLE = {"Article": by("id", *ARTICLES)}
HOLDER = 'type Article @key(fields: "id") { id: ID! title(length: Int, lang: String @fromContext(field: '

CASES = (
    Case(
        "context-of-another-subgraph",
        [
            part("readers", 'type Query { readers: [Reader] } type Reader @key(fields: "id") { id: ID! lang: String }',
                 {"readers": READERS}, {"Reader": by("id", *READERS)}),
            part("press", 'type Reader @key(fields: "id") @context(name: "reader") '
                 "{ id: ID! lang: String @external reads: [Article] } " + HOLDER + '"$reader { lang }")): String }',
                 {}, {"Reader": by("id", *READERS), **ARTICLE}, {"Article.title": echo("length", "lang")}),
        ],
        "query ($length: Int) { readers { reads { id title(length: $length) } } }",
        {"readers": [
            {"reads": [{"id": "a1", "title": "a1 3 fr"}, {"id": "a2", "title": "a2 3 fr"}]},
            {"reads": [{"id": "a1", "title": "a1 3 en"}]},
            {"reads": [None, {"id": "a2", "title": "a2 3 None"}]},
            {"reads": [{"id": "a1", "title": "a1 3 fr"}]},
        ]},
        ["readers", "press", "press"],
        {"length": 3},
    ),
    Case(
        "context-of-the-nearest",
        [
            part("press", 'type Query { shelf: Shelf } type Shelf @key(fields: "id") @context(name: "shelf") '
                 "{ id: ID! code: String articles: [Article] inner: Shelf } "
                 + HOLDER + '"$shelf { code }")): String }',
                 {"shelf": SHELF}, {"Shelf": by("id", SHELF, INNER), **ARTICLE},
                 {"Article.title": echo("length", "lang")}),
        ],
        "{ shelf { articles { title } inner { articles { title } } } }",
        {"shelf": {
            "articles": [{"title": "a1 absent A"}],
            "inner": {"articles": [{"title": "a1 absent B"}, {"title": "a2 absent B"}]},
        }},
        ["press", "press"],
    ),
    Case(
        "context-by-type",
        [
            part("press", 'type Query { sellers: [Seller] } interface Seller @context(name: "seller") '
                 "{ sells: [Article] } type Shop implements Seller { city: String sells: [Article] } "
                 "type Site implements Seller { domain: String sells: [Article] } "
                 "type Kiosk implements Seller { name: String sells: [Article] } " + HOLDER +
                 '"$seller ... on Shop { city } ... on Site { domain } ... on Kiosk { name }")): String }',
                 {"sellers": SELLERS}, ARTICLE, {"Article.title": echo("lang")}),
        ],
        "{ sellers { __typename sells { title } } }",
        {"sellers": [
            {"__typename": "Shop", "sells": [{"title": "a1 Lyon"}]},
            {"__typename": "Site", "sells": [{"title": "a1 fr"}]},
            {"__typename": "Kiosk", "sells": [{"title": "a2 None"}]},
        ]},
        ["press", "press"],
    ),
    Case(
        "context-of-lists-and-the-root",
        [
            part("press", 'type Query @context(name: "front") { readers: [Reader] edition: String } '
                 'type Reader @key(fields: "id") @context(name: "reader") @context(name: "other") '
                 "{ id: ID! taste: Taste reads: [Article] } type Taste { tags: [String] } "
                 'type Article @key(fields: "id") { id: ID! advice(tags: [String] '
                 '@fromContext(field: "$reader { taste { tags } }"), edition: String '
                 '@fromContext(field: "$front{edition}")): String }',
                 {"readers": READERS, "edition": "soir"}, {"Reader": by("id", *READERS), **ARTICLE},
                 {"Article.advice": echo("tags", "edition")}),
        ],
        "{ readers { reads { advice } } }",
        {"readers": [
            {"reads": [{"advice": "a1 ['x', None] soir"}, {"advice": "a2 ['x', None] soir"}]},
            {"reads": [{"advice": "a1 None soir"}]},
            {"reads": [None, {"advice": "a2 None soir"}]},
            {"reads": [{"advice": "a1 [] soir"}]},
        ]},
        ["press", "press"],
    ),
)  # fmt: skip
