"""A process of ours that serves over TLS: whom it lets in, and that a certificate alone reads nothing."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.federation.client.http1 import Headers, HttpTransport
from hub.federation.client.tls import client_tls
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.transports import signed_headers
from infra.keys import Keys
from schema.context import Context
from schema.residual import Residual
from tests.cli.commands import hub
from tests.conftest import Database
from tests.e2e.site import serve
from tests.federation.authority import Authority
from tests.pinned_graph import graph

REFUSED = ("SUBGRAPH_TLS", "SUBGRAPH_UNREACHABLE")
"""A server that closes before its alert arrives looks unreachable (decision 0019)."""


@dataclass(frozen=True)
class Secured:
    """A subgraph over mutual TLS: its URL, the authority of its certificate, and that of its clients'."""

    url: str
    servers: Authority
    clients: Authority
    keys: Keys


@pytest.fixture(scope="module")
def secured(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """`hub serve --role offers`, which lets in whom one authority vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    servers, clients = Authority(folder, "servers"), Authority(folder, "clients")
    own = servers.issue("offers")
    files = ("--certificate", own.certificate, "--key", own.key, "--authorities", clients.path)
    with serve("offers", database, folder, more=(*files, "--host", "localhost")) as process:
        assert process.url.startswith("https://")
        port = process.url.rpartition(":")[2]
        yield Secured(f"https://localhost:{port}/graphql", servers, clients, database.keys)


def context() -> Context:
    """The context of a call that reads no row."""
    policy = graph().table.digest
    return Context("actor", "referent_cd", None, "suivi", (), policy, "class", Residual({}, {}, ()), int(time.time()))


async def call(url: str, headers: Headers, tls: ssl.SSLContext | None) -> SubgraphResponse | str:
    """The answer to a call, or the code of its failure."""
    transport = HttpTransport(url, headers, tls=tls)
    try:
        return await transport.send(SubgraphRequest("offers", "{ __typename }", {}, 10), context())
    except TransportError as error:
        return error.code
    finally:
        await transport.close()


def unsigned(*_: Any) -> list[tuple[bytes, bytes]]:
    """No context."""
    return []


async def test_the_hub_is_let_in_by_its_certificate_and_reads_by_its_signature(secured: Secured) -> None:
    proof = secured.clients.issue("hub")
    tls = client_tls(secured.servers.path, proof.certificate, proof.key)
    answer = await call(secured.url, signed_headers(secured.keys), tls)
    assert answer == SubgraphResponse({"__typename": "Query"}, [])
    assert await call(secured.url, unsigned, tls) == "SUBGRAPH_STATUS"


async def test_whoever_has_no_certificate_of_that_authority_gets_no_answer(secured: Secured) -> None:
    signed = signed_headers(secured.keys)
    assert await call(secured.url, signed, client_tls(secured.servers.path)) in (
        "SUBGRAPH_TLS",
        "SUBGRAPH_UNREACHABLE",
    )
    stranger = secured.servers.issue("stranger")
    tls = client_tls(secured.servers.path, stranger.certificate, stranger.key)
    assert await call(secured.url, signed, tls) in REFUSED
    bare = secured.url.replace("https://", "http://")
    assert isinstance(await call(bare, signed, None), str)


async def test_a_hub_that_believes_another_authority_sends_nothing(secured: Secured) -> None:
    proof = secured.clients.issue("elsewhere")
    tls = client_tls(secured.clients.path, proof.certificate, proof.key)
    assert await call(secured.url, signed_headers(secured.keys), tls) == "SUBGRAPH_TLS"


@pytest.mark.parametrize("files", ["--key", "--authorities", "--certificate"])
def test_files_that_do_not_make_a_server_stop_the_start(tmp_path: Path, files: str) -> None:
    hub("serve", "--role", "offers", files, tmp_path / "absent.pem").check_refused("TLS_INVALID")
