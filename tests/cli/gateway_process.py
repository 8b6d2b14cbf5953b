"""A supergraph whose subgraphs answer over HTTP, and `hub gateway` in front of it, as a person would start it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import orjson
from graphql import ExecutionResult, execute_sync, parse

from hub.federation.compose.composer import Source, compose
from tests.federation.harness import Part, Subgraph
from tests.forked import ForkedHub


@dataclass
class Remote:
    """A subgraph over HTTP: what it was asked, under which headers; with a `fault`, that is its whole answer."""

    subgraph: Subgraph
    url: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    fault: tuple[int, bytes] | None = None

    def answer(self, body: bytes) -> tuple[int, bytes]:
        if self.fault is not None:
            return self.fault
        request = orjson.loads(body)
        result = execute_sync(
            self.subgraph.schema,
            parse(request["query"]),
            dict(self.subgraph.part.root),
            variable_values=request["variables"],
        )
        assert isinstance(result, ExecutionResult)
        errors = [dict(error.formatted) for error in result.errors or ()]
        return 200, orjson.dumps({"data": result.data, **({"errors": errors} if errors else {})}, default=str)


@dataclass
class RunningGateway:
    """A running gateway."""

    url: str
    remotes: dict[str, Remote]
    supergraph: Path
    process: ForkedHub

    def post(self, query: str, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
        return httpx2.post(f"{self.url}/graphql", json={"query": query, **body}, headers=headers or {}, timeout=30)

    def ask(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> dict[str, Any]:
        """The answer of an executed operation."""
        response = self.post(query, headers, variables=variables)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def gateway(folder: Path, parts: Sequence[Part], *options: str) -> Iterator[RunningGateway]:
    """`hub gateway --unprotected` over these subgraphs, ready."""
    with ExitStack() as stack:
        remotes = {part.name: stack.enter_context(_remote(part)) for part in parts}
        supergraph = folder / "supergraph.graphql"
        composed = compose([Source(part.name, remotes[part.name].url, part.sdl) for part in parts])
        supergraph.write_text(composed.text, encoding="utf-8")
        command = ["gateway", "--supergraph", supergraph, "--unprotected", "--port", "0", *options]
        process = stack.enter_context(ForkedHub(command))
        stack.callback(process.terminate)
        line = process.stdout.readline()
        assert "http://" in line, line
        yield RunningGateway(line[line.index("http://") :].strip(), remotes, supergraph, process)


@contextmanager
def _remote(part: Part) -> Iterator[Remote]:
    remote = Remote(Subgraph(part))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            remote.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = remote.answer(body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the standard library's name)
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        remote.url = f"http://127.0.0.1:{server.server_address[1]}/graphql"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield remote
        finally:
            server.shutdown()
            thread.join()
