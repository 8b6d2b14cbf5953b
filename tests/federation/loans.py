"""A subgraph as Strawberry's documentation writes one, served by uvicorn in a process of its own.

`python -m tests.federation.loans` prints its address once it listens.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Self

import strawberry
import uvicorn
from strawberry.asgi import GraphQL
from strawberry.federation.schema_directives import External

LOANS = {"1": ["m1", "m2"], "2": ["m1"]}
NAMES = {"m1": "Aïda", "m2": None}


@strawberry.federation.type(keys=["id"])
class Member:
    """Who borrows."""

    id: strawberry.ID

    @strawberry.field
    def name(self) -> str | None:
        return NAMES[self.id]

    @strawberry.field
    def reading(self) -> list[Book]:
        return [Book(isbn=strawberry.ID(isbn)) for isbn, members in LOANS.items() if self.id in members]

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError("secret of the subgraph")

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.Event().wait()
        return None

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self | None:  # noqa: A002 (the key's name)
        return cls(id=id) if id in NAMES else None


@strawberry.federation.type(keys=["isbn"])
class Book:
    """A book, an entity of another subgraph, with the fields that this subgraph adds."""

    isbn: strawberry.ID
    pages: int | None = strawberry.field(directives=[External()], default=None)

    @strawberry.field
    def borrowed_by(self) -> list[Member]:
        return [Member(id=strawberry.ID(name)) for name in LOANS[self.isbn]]

    @strawberry.field
    def borrowers(self) -> int:
        return len(LOANS[self.isbn])

    @strawberry.federation.field(requires=["pages"])  # type: ignore[untyped-decorator]
    def days(self) -> int | None:
        return None if self.pages is None else self.pages // 100

    @classmethod
    def resolve_reference(cls, isbn: strawberry.ID, pages: int | None = None) -> Self | None:
        return cls(isbn=isbn, pages=pages) if isbn in LOANS else None


@strawberry.type
class Query:
    """What may be asked."""

    @strawberry.field
    def members(self) -> list[Member] | None:
        return [Member(id=strawberry.ID(name)) for name in NAMES]


@strawberry.type
class Mutation:
    """What may be changed."""

    @strawberry.mutation
    def borrow(self, isbn: strawberry.ID, member: strawberry.ID) -> Book:
        LOANS[isbn].append(member)
        return Book(isbn=isbn)


def main() -> None:
    """Serve until stopped."""
    schema = strawberry.federation.Schema(query=Query, mutation=Mutation)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/graphql", flush=True)
    app = GraphQL[object, object](schema, graphql_ide=None)
    uvicorn.run(app, fd=listener.fileno(), lifespan="off", log_level="critical")


if __name__ == "__main__":
    main()
