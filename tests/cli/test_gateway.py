"""`hub gateway` serves any supergraph to whoever asks, once told that it may, and nothing but its client schema."""

from __future__ import annotations

import inspect
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from graphql import (
    build_client_schema,
    get_introspection_query,
    graphql_sync,
    lexicographic_sort_schema,
    print_schema,
)

from hub.federation.client.tls import client_tls
from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph_reader import read_supergraph
from tests.cli.commands import hub
from tests.cli.gateway_process import RunningGateway, gateway
from tests.e2e.site import PATIENCE
from tests.federation.harness import HEAD, Gateway, Part
from tests.federation.shop import PARTS, shop
from tests.federation.test_shop import BENCHMARK

HIDDEN = Part(
    "secrets",
    HEAD
    + """
    "Ce qui se montre."
    type Query {
      "Avec un argument caché."
      shown(size: Size = SMALL, hidden: Int = 3 @inaccessible, by: By): Shown @deprecated(reason: "ancien")
      hidden: Hidden @inaccessible
      any: Any
      node: Node
    }
    enum Size { SMALL "Grande" LARGE SECRET @inaccessible }
    input By { name: String = "x" code: [Int!]! = [1, 2] secret: String @inaccessible }
    interface Node { id: ID! }
    type Shown implements Node { id: ID! size: Size when: Moment secret: String @inaccessible }
    type Hidden @inaccessible { id: ID! }
    union Any = Shown | Hidden
    scalar Moment @specifiedBy(url: "https://moment.example")
    """,
    {"shown": {"id": "1", "size": "SECRET", "when": "now", "secret": "unforgettable"}},
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with gateway(tmp_path_factory.mktemp("gateway"), (*PARTS, HIDDEN), "--forward-header", "X-Tenant") as running:
        yield running


def test_without_unprotected_nothing_is_served_and_the_reason_is_told(tmp_path: Path) -> None:
    line = hub("gateway", "--supergraph", tmp_path / "none.graphql").check_refused("GATEWAY_UNPROTECTED")
    assert "--unprotected" in line
    assert "identité" in line


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        (None, "SUPERGRAPH_UNREADABLE", "supergraph.graphql"),
        (b"\xff\xfe\x00", "SUPERGRAPH_UNREADABLE", "UTF-8"),
        (b"", "SUPERGRAPH_INVALID", "ligne 1, colonne 1"),
        (b"type Query { a: Int", "SUPERGRAPH_INVALID", "ligne 1, colonne 20"),
        (b"type Query { a: Int }", "SUPERGRAPH_INVALID", "join v0.1 to v0.5"),
        (b"extend schema @x type Query { a: Int }", "SUPERGRAPH_INVALID", "schema extension"),
        (b"{ a }", "SUPERGRAPH_INVALID", "operation definition"),
    ],
    ids=["absent", "not UTF-8", "empty", "cut", "a schema", "a subgraph", "a query"],
)
def test_what_is_not_a_supergraph_is_refused_and_where_it_fails_is_told(
    tmp_path: Path, text: bytes | None, code: str, detail: str
) -> None:
    path = tmp_path / "supergraph.graphql"
    if text is not None:
        path.write_bytes(text)
    assert detail in hub("gateway", "--supergraph", path, "--unprotected").check_refused(code)


def test_an_address_that_is_none_is_refused_with_its_subgraph(tmp_path: Path) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(shop().supergraph.text.replace("http://reviews.example/", "file:///"), encoding="utf-8")
    assert "« reviews »" in hub("gateway", "--supergraph", path, "--unprotected").check_refused("SUBGRAPH_URL_INVALID")


def test_a_key_that_does_not_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(shop().supergraph.text, encoding="utf-8")
    files = ("--certificate", tmp_path / "absent.pem", "--key", tmp_path / "absent.key")
    hub("gateway", "--supergraph", path, "--unprotected", *files).check_refused("TLS_INVALID")


def test_a_machine_on_which_tls_can_not_be_set_up_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(shop().supergraph.text.replace("http://reviews", "https://reviews"), encoding="utf-8")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "absent" / "keys"))
    client_tls.cache_clear()
    hub("gateway", "--supergraph", path, "--unprotected").check_refused("TLS_INVALID")


@pytest.mark.parametrize(
    "directive", ["@authenticated", '@requiresScopes(scopes: [["a"]])', '@policy(policies: [["p"]])']
)
def test_what_only_some_may_read_is_not_served_by_who_knows_nobody(tmp_path: Path, directive: str) -> None:
    name = directive.partition("(")[0]
    head = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["{name}"])'
    sdl = f"{head} type Query {{ a: Int secret: Int {directive} }}"
    path = tmp_path / "supergraph.graphql"
    path.write_text(compose([Source("s", "http://s.example/graphql", sdl)]).text, encoding="utf-8")
    line = hub("gateway", "--supergraph", path, "--unprotected").check_refused("SUPERGRAPH_SECURED")
    assert "Query.secret" in line
    assert name in line


@pytest.mark.parametrize("name", ["Content-Length", "host", "Transfer-Encoding"])
def test_a_header_of_the_connection_is_never_forwarded(tmp_path: Path, name: str) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(shop().supergraph.text, encoding="utf-8")
    result = hub("gateway", "--supergraph", path, "--unprotected", "--forward-header", name)
    assert name.lower() in result.check_refused("HEADER_NOT_FORWARDED")


async def test_six_levels_over_four_processes_answer_like_the_engine_in_one(served: RunningGateway) -> None:
    calls_before = sum(len(remote.headers) for remote in served.remotes.values())
    expected, errors = await shop().answer(BENCHMARK)
    assert not errors
    assert served.ask(BENCHMARK) == {"data": expected}
    assert sum(len(remote.headers) for remote in served.remotes.values()) == calls_before + 4


def test_subgraphs_get_no_header_of_the_client_but_those_that_are_named(served: RunningGateway) -> None:
    served.ask("{ topProducts { name } }", {"authorization": "Bearer unforgettable", "x-tenant": "t1", "cookie": "c=1"})
    got = served.remotes["products"].headers[-1]
    assert got.keys() == {"host", "content-type", "accept", "content-length", "x-tenant"}
    assert got["x-tenant"] == "t1"
    served.ask("{ topProducts { name } }")
    assert "x-tenant" not in served.remotes["products"].headers[-1]


def test_a_forwarded_header_that_comes_twice_is_refused(served: RunningGateway) -> None:
    headers = [("content-type", "application/json"), ("x-tenant", "a"), ("x-tenant", "b")]
    response = httpx2.post(f"{served.url}/graphql", content=b'{"query":"{ __typename }"}', headers=headers)
    assert response.json()["errors"][0]["extensions"]["code"] == "DUPLICATE_HEADER"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ((500, b"unforgettable"), "SUBGRAPH_STATUS"),
        ((200, b"unforgettable"), "SUBGRAPH_MALFORMED"),
        ((200, b'{"errors":[{"message":"unforgettable"}]}'), "SUBGRAPH_ERROR"),
    ],
)
def test_a_failing_subgraph_costs_its_fields_and_none_of_its_words_leave(
    served: RunningGateway, fault: tuple[int, bytes], code: str
) -> None:
    remote = served.remotes["inventory"]
    remote.fault = fault
    try:
        answer = served.ask("{ topProducts(first: 1) { name inStock } }")
    finally:
        remote.fault = None
    assert answer["data"] == {"topProducts": [{"name": "Table", "inStock": None}]}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["topProducts", 0, "inStock"], code)
    ]
    assert "unforgettable" not in str(answer)


def test_a_document_beyond_a_bound_reaches_no_subgraph(served: RunningGateway) -> None:
    calls_before = sum(len(remote.headers) for remote in served.remotes.values())
    response = served.post("{" + " ".join(f"a{n}: topProducts {{ name }}" for n in range(51)) + "}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_ROOT_FIELDS_LIMIT"
    assert sum(len(remote.headers) for remote in served.remotes.values()) == calls_before


def test_the_health_of_the_process_is_told_and_nothing_else_is_served(served: RunningGateway) -> None:
    assert httpx2.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert httpx2.get(f"{served.url}/graphql", headers={"accept": "text/html"}).status_code == 405
    assert httpx2.get(f"{served.url}/readyz").status_code == 404


def test_the_plan_is_shown_to_whoever_asks_for_it(served: RunningGateway) -> None:
    query = "query Best($n: Int = 2) { topProducts(first: $n) { name inStock } }"
    answer = served.ask(query, {"plan": "show"}, n=1)
    assert answer["extensions"] == {"plan": shop().plan(query).text()}
    assert "extensions" not in served.ask(query)
    refused = served.post(query, {"plan": "hide"}).json()
    assert refused["errors"][0]["extensions"]["code"] == "HEADER_UNSUPPORTED"


def test_introspection_is_that_of_the_client_schema_and_makes_it_again(served: RunningGateway) -> None:
    schema = read_supergraph(served.supergraph.read_text(encoding="utf-8")).client_schema
    parameters = inspect.signature(get_introspection_query).parameters.values()
    options: dict[str, Any] = {parameter.name: True for parameter in parameters if isinstance(parameter.default, bool)}
    query = get_introspection_query(**options)
    introspection = served.ask(query)["data"]
    assert introspection == graphql_sync(schema, query).data
    rebuilt = print_schema(lexicographic_sort_schema(build_client_schema(introspection)))
    assert rebuilt == print_schema(lexicographic_sort_schema(schema))
    assert 'size: Size = SMALL, by: By): Shown @deprecated(reason: "ancien")' in print_schema(schema)


def test_introspection_tells_nothing_inaccessible_and_no_machinery(served: RunningGateway) -> None:
    introspection = served.ask(get_introspection_query())["data"]["__schema"]
    names = {type_["name"] for type_ in introspection["types"]}
    assert {name for name in names if name.startswith(("join__", "link__", "_"))} == {
        name for name in names if name.startswith("__")
    }
    assert "Hidden" not in names
    assert not {"secret", "SECRET", "hidden"} & set(_names(introspection))
    assert served.ask("{ shown { id size } }")["data"] == {"shown": {"id": "1", "size": None}}
    refused = served.post("{ shown { secret } }").json()
    assert refused["errors"][0]["extensions"]["code"] == "DOCUMENT_INVALID"


def test_introspection_beside_data_keeps_the_order_of_the_client(served: RunningGateway) -> None:
    data = served.ask('{ __type(name: "Shown") { name } shown { id } __typename }')["data"]
    assert list(data) == ["__type", "shown", "__typename"]


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("name"), str):
            yield value["name"]
        for child in value.values():
            yield from _names(child)
    elif isinstance(value, list):
        for child in value:
            yield from _names(child)


MOVING = (
    Part("old", HEAD + 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }', {"t": {"id": "1", "x": 1}}),
    Part(
        "new",
        HEAD + 'type T @key(fields: "id") { id: ID! x: Int @override(from: "old", label: "move") }',
        {},
        {"T": lambda entity: {**entity, "x": 2}},
    ),
)


@pytest.mark.parametrize(
    ("options", "value"), [((), 1), (("--override", "move=0"), 1), (("--override", "move=100"), 2)]
)
def test_a_progressive_override_takes_the_share_that_is_given(
    tmp_path: Path, options: tuple[str, ...], value: int
) -> None:
    with gateway(tmp_path, MOVING, *options) as running:
        assert running.ask("{ t { x } }") == {"data": {"t": {"x": value}}}


@pytest.mark.parametrize(
    ("share", "code"),
    [("move", "ARGUMENT_INVALID"), ("move=101", "ARGUMENT_INVALID"), ("move=-1", "ARGUMENT_INVALID"),
     ("=5", "ARGUMENT_INVALID"), ("other=5", "OVERRIDE_LABEL_UNKNOWN")],
)  # fmt: skip
def test_a_share_that_cannot_be_is_refused(tmp_path: Path, share: str, code: str) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(Gateway(*MOVING).supergraph.text, encoding="utf-8")
    hub("gateway", "--supergraph", path, "--unprotected", "--override", share).check_refused(code)


def accepts(address: tuple[str, int]) -> bool:
    """Whether a server listens."""
    try:
        socket.create_connection(address, timeout=PATIENCE).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP on this system")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_stop_lets_the_requests_under_way_be_answered(name: str, tmp_path: Path) -> None:
    body = b'{"query":"{ topProducts { name } }"}'
    head = b"POST /graphql HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    with gateway(tmp_path, PARTS) as running:
        parts = urlsplit(running.url)
        address = str(parts.hostname), int(parts.port or 0)
        with socket.create_connection(address, timeout=PATIENCE) as client:
            client.sendall(head % len(body) + body[:5])
            running.ask("{ topProducts { name } }")  # so that the part sent before has arrived
            running.process.send_signal(getattr(signal, name))
            while accepts(address):
                pass
            client.sendall(body[5:])
            answer = b""
            while part := client.recv(65_536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"topProducts" in answer
        assert running.process.wait(PATIENCE) == -signal.SIGTERM
