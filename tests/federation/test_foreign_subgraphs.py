"""Subgraphs that others' libraries serve, unchanged: one on Node with `@apollo/subgraph`, one with Strawberry.

Each runs in a process of its own; what it says of itself (`_service { sdl }`) is composed, and queries go back and
forth between the two by the real client.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import pytest
import pytest_asyncio

from hub.document.exchange import Request
from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from hub.gateway import Gateway
from tests.conftest import ROOT
from tests.node import Node

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Server:
    """A subgraph that runs."""

    url: str
    process: subprocess.Popen[str]

    def read_line(self) -> str:
        """The next line that it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def running(*command: str, folder: Any) -> Iterator[Server]:
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip(), process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def books(node: Node) -> Iterator[Server]:
    with running(node.binary, "books.cjs", folder=node.folder) as server:
        yield server


@pytest.fixture(scope="module")
def supergraph(books: Server) -> Iterator[Supergraph]:
    with running(sys.executable, "-m", "tests.federation.loans", folder=ROOT) as loans:
        sources = []
        for name, server in (("books", books), ("loans", loans)):
            answer = httpx2.post(server.url, json={"query": "{ _service { sdl } }"}, timeout=30).json()
            sources.append(Source(name, server.url, answer["data"]["_service"]["sdl"]))
        yield read_supergraph(compose(sources).text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(supergraph: Supergraph) -> AsyncIterator[Gateway]:
    served = Gateway(supergraph, deadline=20.0)
    async with served.running():
        yield served


async def ask(gateway: Gateway, query: str, **variables: Any) -> tuple[Any, list[Any]]:
    """Data, and errors as (code, path)."""
    reply = await gateway.answer(Request({}, query, None, variables, "t"))
    assert b"secret" not in reply.body
    answer = orjson.loads(reply.body)
    return answer["data"], [(error["extensions"]["code"], error["path"]) for error in answer.get("errors", [])]


async def test_entities_of_one_are_completed_by_the_other_both_ways(gateway: Gateway) -> None:
    data, errors = await ask(gateway, "{ books { title borrowedBy { id name reading { title } } } }")
    aida = {"id": "m1", "name": "Aïda", "reading": [{"title": "Les Misérables"}, {"title": "Essais"}]}
    nobody = {"id": "m2", "name": None, "reading": [{"title": "Les Misérables"}]}
    assert (data, errors) == (
        {
            "books": [
                {"title": "Les Misérables", "borrowedBy": [aida, nobody]},
                {"title": "Essais", "borrowedBy": [aida]},
            ]
        },
        [],
    )


async def test_from_the_root_of_the_other(gateway: Gateway) -> None:
    query = "{ members { name reading { title kind shelf { room place } } } }"
    data, errors = await ask(gateway, query)
    essays = {"title": "Essais", "kind": "ESSAY", "shelf": {"room": 1, "place": 3}}
    novel = {"title": "Les Misérables", "kind": "NOVEL", "shelf": {"room": 1, "place": 2}}
    assert data["members"] == [{"name": "Aïda", "reading": [novel, essays]}, {"name": None, "reading": [novel]}]
    assert errors == []


async def test_requirements_go_from_either_to_the_other(gateway: Gateway) -> None:
    data, errors = await ask(gateway, "{ books { days popular } }")
    assert data == {"books": [{"days": 19, "popular": True}, {"days": None, "popular": False}]}
    assert errors == []


async def test_members_of_a_union_enums_and_variables(gateway: Gateway) -> None:
    query = """query ($isbn: ID!, $kind: Kind) {
      book(isbn: $isbn) { related { __typename ... on Book { title borrowers } ... on Film { title minutes } } }
      books(kind: $kind) { isbn }
    }"""
    data, errors = await ask(gateway, query, isbn="2", kind="ESSAY")
    assert data["book"]["related"] == [
        {"__typename": "Book", "title": "Les Misérables", "borrowers": 2},
        {"__typename": "Film", "title": "Nausicaä", "minutes": 117},
    ]
    assert (data["books"], errors) == ([{"isbn": "2"}], [])


async def test_an_unknown_entity_is_null(gateway: Gateway) -> None:
    assert await ask(gateway, '{ book(isbn: "9") { title days } }') == ({"book": None}, [])


async def test_mutations_go_in_their_order_to_both(gateway: Gateway) -> None:
    query = """mutation {
      a: rename(isbn: "2", title: "Les Essais") { title borrowers }
      b: borrow(isbn: "2", member: "m2") { title borrowers }
      c: rename(isbn: "2", title: "Essais") { title borrowers }
    }"""
    data, errors = await ask(gateway, query)
    assert errors == []
    assert [data[key]["title"] for key in "abc"] == ["Les Essais", "Les Essais", "Essais"]
    assert [data[key]["borrowers"] for key in "bc"] == [2, 2]


async def test_errors_of_either_come_at_their_paths_without_their_text(gateway: Gateway) -> None:
    data, errors = await ask(gateway, '{ book(isbn: "1") { title broken borrowedBy { id broken } } }')
    assert data["book"] == {
        "title": "Les Misérables",
        "broken": None,
        "borrowedBy": [{"id": "m1", "broken": None}, {"id": "m2", "broken": None}],
    }
    paths = [*(["book", "borrowedBy", index, "broken"] for index in (0, 1)), ["book", "broken"]]
    assert errors == [("SUBGRAPH_ERROR", path) for path in paths]


@pytest.mark.parametrize(
    ("query", "slow", "fast"),
    [
        ('{ book(isbn: "2") { slow } members { id } }', "book", "members"),
        ("{ members { id slow } books { isbn } }", "members", "books"),
    ],
)
async def test_one_that_never_answers_is_given_up_and_the_other_comes(
    supergraph: Supergraph, query: str, slow: str, fast: str
) -> None:
    hasty = Gateway(supergraph, deadline=3.0)
    async with hasty.running():
        data, errors = await ask(hasty, query)
    assert errors == [("SUBGRAPH_TIMEOUT", [slow])]
    assert (data[slow], len(data[fast])) == (None, 2)


async def test_a_call_that_is_given_up_is_seen_by_the_subgraph(supergraph: Supergraph, books: Server) -> None:
    hasty = Gateway(supergraph, deadline=0.5)
    async with hasty.running():
        await ask(hasty, '{ book(isbn: "2") { slow } }')
    assert books.read_line() == "left"


async def test_what_is_inaccessible_in_a_foreign_subgraph_stays_so(gateway: Gateway) -> None:
    assert "secret" not in gateway.preparer.schema.get_type("Book").fields  # type: ignore[union-attr]
