"""TLS towards a real server on the loopback: the right name under the right authority, and nobody else."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

from hub.document.exchange import Request
from hub.federation.client.http1 import Care, HttpTransport
from hub.federation.client.tls import client_tls
from hub.federation.client.transport import SubgraphResponse
from hub.federation.compose.composer import Source, compose
from hub.federation.errors import ConfigurationRefused
from hub.gateway import Gateway
from tests.federation.authority import DAY, Authority, Pair
from tests.federation.client.wire import GOOD, ask, headers, http, refused, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "theirs")


def server(pair: Pair, clients: Authority | None = None) -> ssl.SSLContext:
    """What the server shows, and whose clients alone it admits."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    if clients is not None:
        context.load_verify_locations(clients.path)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def code(secure: ssl.SSLContext, tls: ssl.SSLContext | None) -> str:
    """Why a call to a server that shows this is refused; the request never arrives."""
    async with serving(lambda n: http(GOOD), host="localhost", secure=secure, tls=tls) as (server, transport):
        refusal = await refused(transport)
        assert server.requests == []
        return refusal


async def alerted(secure: ssl.SSLContext, tls: ssl.SSLContext) -> str:
    """The same before a server that, unlike asyncio's, lets its alert arrive before it closes."""

    def serve(listener: socket.socket) -> bytes:
        raw, _ = listener.accept()
        with secure.wrap_socket(raw, server_side=True, do_handshake_on_connect=False) as connection:
            try:
                connection.do_handshake()
                return connection.recv(1)
            except ssl.SSLError:
                while os.read(connection.fileno(), 65_536):
                    pass
                return b""

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server_task = asyncio.ensure_future(asyncio.to_thread(serve, listener))
        transport = HttpTransport(f"https://localhost:{listener.getsockname()[1]}/", headers(), tls=tls)
        refusal = await refused(transport)
        assert await server_task == b""
        return refusal


async def test_the_right_name_under_the_pinned_authority_is_served_on_one_connection(authority: Authority) -> None:
    secure, tls = server(authority.issue("right")), client_tls(authority.path)
    async with serving(lambda n: http(GOOD), host="localhost", secure=secure, tls=tls) as (peer, transport):
        for _ in range(3):
            assert await ask(transport) == SubgraphResponse({"a": 1}, [])
        assert peer.connections == 1


async def test_a_certificate_of_another_authority_gets_no_request(authority: Authority, foreign: Authority) -> None:
    assert await code(server(foreign.issue("wrong")), client_tls(authority.path)) == "SUBGRAPH_TLS"


async def test_the_systems_authorities_do_not_vouch_for_an_unknown_one(authority: Authority) -> None:
    assert await code(server(authority.issue("unknown")), None) == "SUBGRAPH_TLS"


async def test_an_expired_certificate_gets_no_request(authority: Authority) -> None:
    assert await code(server(authority.issue("expired", life=-DAY)), client_tls(authority.path)) == "SUBGRAPH_TLS"


async def test_a_certificate_of_another_name_gets_no_request(authority: Authority) -> None:
    assert await code(server(authority.issue("other", ["elsewhere"])), client_tls(authority.path)) == "SUBGRAPH_TLS"


async def test_an_old_protocol_gets_no_request(authority: Authority) -> None:
    secure = server(authority.issue("old"))
    secure.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        secure.minimum_version = secure.maximum_version = ssl.TLSVersion.TLSv1_1
    assert await alerted(secure, client_tls(authority.path)) == "SUBGRAPH_TLS"


async def test_a_server_that_speaks_no_tls_gets_no_request(authority: Authority) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(GOOD))
        with suppress(ConnectionError):
            while heard := await reader.read(65_536):
                received.append(heard)
        writer.close()
        left.set()

    received: list[bytes] = []
    left = asyncio.Event()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        transport = HttpTransport(f"https://localhost:{port}/", headers(), tls=client_tls(authority.path))
        assert await refused(transport) == "SUBGRAPH_TLS"
        await asyncio.wait_for(left.wait(), 5)
        assert b"POST" not in b"".join(received)


async def test_mutual_tls_admits_the_client_certificate(authority: Authority, foreign: Authority) -> None:
    hub = foreign.issue("hub")
    secure, tls = server(authority.issue("mutual"), foreign), client_tls(authority.path, hub.certificate, hub.key)
    async with serving(lambda n: http(GOOD), host="localhost", secure=secure, tls=tls) as (_, transport):
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_the_gateway_believes_the_authorities_that_it_is_given_and_proves_itself(
    authority: Authority, foreign: Authority
) -> None:
    proof = foreign.issue("gateway")
    secure, tls = server(authority.issue("subgraph"), foreign), client_tls(authority.path, proof.certificate, proof.key)
    async with serving(lambda n: http(GOOD), host="localhost", secure=secure, tls=tls) as (listening, _):
        url = f"https://localhost:{listening.port}/graphql"
        supergraph = compose([Source("s", url, "type Query { a: Int }")])
        for context, data in ((tls, {"a": 1}), (client_tls(authority.path), {"a": None})):
            gateway = Gateway(supergraph, tls=context)
            async with gateway.running():
                reply = await gateway.answer(Request({}, "{ a }", None, {}, "t"))
                assert orjson.loads(reply.body)["data"] == data


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_without_its_client_certificate_the_hub_is_refused_and_says_why(
    authority: Authority, foreign: Authority, newest: ssl.TLSVersion
) -> None:
    secure = server(authority.issue("strict"), foreign)
    secure.maximum_version = newest
    assert await alerted(secure, client_tls(authority.path)) == "SUBGRAPH_TLS"
    stranger = authority.issue("stranger")
    assert await alerted(secure, client_tls(authority.path, stranger.certificate, stranger.key)) == "SUBGRAPH_TLS"


async def test_a_certificate_that_is_refused_opens_the_circuit(authority: Authority, foreign: Authority) -> None:
    secure, care = server(foreign.issue("again")), Care(failures=1)
    tls = client_tls(authority.path)
    async with serving(lambda n: http(GOOD), host="localhost", secure=secure, tls=tls, care=care) as (_, transport):
        assert [await refused(transport) for _ in range(2)] == ["SUBGRAPH_TLS", "SUBGRAPH_CIRCUIT_OPEN"]


def test_files_that_do_not_make_a_context_stop_the_start(authority: Authority, tmp_path: Path) -> None:
    pair = authority.issue("locked", encryption=BestAvailableEncryption(b"secret"))
    fine = authority.issue("fine")
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate", encoding="utf-8")
    for files in (
        (tmp_path / "absent.pem",),
        (garbage,),
        (authority.path, tmp_path / "absent.pem", fine.key),
        (authority.path, fine.certificate, pair.key),
        (authority.path, pair.certificate, pair.key),
        (authority.path, None, fine.key),
        (authority.path, garbage, fine.key),
    ):
        with pytest.raises(ConfigurationRefused) as caught:
            client_tls(*files)
        assert caught.value.code == "TLS_INVALID"
