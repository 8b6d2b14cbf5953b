"""`@provides`: nested, through lists, with fragments on abstract types; and only there."""

from __future__ import annotations

from tests.federation.behaviours.case import Case, by, part

WRITER = {"id": "w", "name": "Sand", "town": {"id": "t", "label": "Nohant"}}
BOOK = {"__typename": "Book", "id": "b", "title": "Indiana", "writer": WRITER}
FILM = {"__typename": "Film", "id": "f", "title": "Jour de fête"}
OWNER = part(
    "owner",
    """
    type Query { any: [Media] }
    interface Media { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String @shareable writer: Writer @shareable }
    type Film implements Media @key(fields: "id") { id: ID! title: String @shareable }
    type Writer @key(fields: "id") { id: ID! name: String @shareable town: Town @shareable }
    type Town @key(fields: "id") { id: ID! label: String @shareable }
    """,
    {"any": [BOOK, FILM]},
    {"Book": by("id", BOOK), "Film": by("id", FILM), "Writer": by("id", WRITER), "Town": by("id", WRITER["town"])},  # type: ignore[arg-type]
)
SHOP = part(
    "shop",
    """
    type Query {
      best: [Book!]! @provides(fields: "title writer { name town { label } }")
      other: [Book!]!
      media: [Media] @provides(fields: "... on Book { title }")
    }
    interface Media { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String @external writer: Writer @external }
    type Film implements Media @key(fields: "id") { id: ID! title: String @external }
    type Writer @key(fields: "id") { id: ID! name: String @external town: Town @external }
    type Town @key(fields: "id") { id: ID! label: String @external }
    """,
    {"best": [BOOK], "other": [BOOK], "media": [BOOK, FILM]},
    {"Book": by("id", BOOK), "Film": by("id", FILM), "Writer": by("id", WRITER)},
)

CASES = (
    Case(
        "provides-nested",
        [OWNER, SHOP],
        "{ best { title writer { name town { label } } } }",
        {"best": [{"title": "Indiana", "writer": {"name": "Sand", "town": {"label": "Nohant"}}}]},
        ["shop"],
    ),
    Case(
        "provides-not-here",
        [OWNER, SHOP],
        "{ other { title writer { name } } }",
        {"other": [{"title": "Indiana", "writer": {"name": "Sand"}}]},
        ["owner", "shop"],
    ),
    Case(
        "provides-fragment",
        [OWNER, SHOP],
        "{ media { __typename title } }",
        {"media": [{"__typename": "Book", "title": "Indiana"}, {"__typename": "Film", "title": "Jour de fête"}]},
        ["owner", "shop"],
    ),
)
