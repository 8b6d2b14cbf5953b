"""Subgraphs of Federation 1, unchanged, beside each other and beside one of Federation 2."""

from __future__ import annotations

from tests.federation.behaviours.case import Case, by, from_required, part

ANA = {"id": "1", "name": "Ana", "rank": 3}
POST = {"id": "p", "title": "Un", "author": ANA}
ANA["posts"] = [POST]

USERS = part("users", 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String rank: Int }',
             {"me": ANA}, {"User": by("id", ANA)}, head="")  # fmt: skip
POSTS = part(
    "posts",
    """
    extend type Query { latest: [Post] }
    extend type User @key(fields: "id") {
      id: ID! @external name: String @external rank: Int @external
      posts: [Post] badge: String @requires(fields: "rank")
    }
    type Post @key(fields: "id") { id: ID! title: String author: User @provides(fields: "name") }
    """,
    {"latest": [POST]},
    {"User": by("id", ANA), "Post": by("id", POST)},
    {"User.badge": from_required("rank", lambda rank: "*" * rank)},
    head="",
)
EXTENDS = part("likes", 'type Post @extends @key(fields: "id") { id: ID! @external likes: Int }',
               find={"Post": lambda representation: {**representation, "likes": 5}}, head="")  # fmt: skip

CASES = (
    Case(
        "federation-1",
        [USERS, POSTS, EXTENDS],
        "{ me { name badge posts { title likes } } }",
        {"me": {"name": "Ana", "badge": "***", "posts": [{"title": "Un", "likes": 5}]}},
        ["users", "posts", "likes"],
    ),
    Case(
        "federation-1-provides",
        [USERS, POSTS, EXTENDS],
        "{ latest { author { id name } } }",
        {"latest": [{"author": {"id": "1", "name": "Ana"}}]},
        ["posts"],
    ),
    Case(
        "federation-1-beside-2",
        [USERS, part("ranks", 'type User @key(fields: "id") { id: ID! rank: Int @shareable league: String }',
                     find={"User": lambda representation: {**representation, "rank": 3, "league": "A"}})],
        "{ me { rank league } }",
        {"me": {"rank": 3, "league": "A"}},
        ["users", "ranks"],
    ),
)  # fmt: skip
