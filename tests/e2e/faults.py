"""Four real subgraph processes behind proxies that fail on command, and as many hubs before them as a test wants."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schema.subgraphs import SUBGRAPHS
from tests.conftest import Database
from tests.e2e.site import PATIENCE, Filled, Process, Site, fill, serve

SECRET = "Maëlle Ardoisier 06 39 98 00 01"
"""What a failing subgraph says, and nobody may read."""


@dataclass
class Fault:
    """What a proxy does with the next requests. `received` and `left`: a request was held, and its caller went away."""

    kind: str = "none"
    received: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)


class FaultProxy(ThreadingHTTPServer):
    """A server between the hub and one subgraph."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.fault = Fault()

    @property
    def url(self) -> str:
        """Where the hub sends."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def failing(self, kind: str) -> Iterator[Fault]:
        """Fail in this way until the end of the block."""
        self.fault = Fault(kind)
        try:
            yield self.fault
        finally:
            self.fault = Fault()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Authenticator that break off are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        fault = self.server.fault
        match fault.kind:
            case "hanging":
                fault.received.set()
                with suppress(OSError):
                    self.rfile.read(1)
                fault.left.set()
                self.close_connection = True
            case "answering 500":
                self.answer(500, f'{{"errors": [{{"message": "{SECRET}"}}]}}'.encode())
            case "talking nonsense":
                self.answer(200, f"<p>{SECRET}</p>".encode())
            case "in error":
                error = f'{{"message": "{SECRET}", "extensions": {{"code": "{SECRET}", "reason": "NOT_HELD"}}}}'
                self.answer(200, f'{{"data": null, "errors": [{error}]}}'.encode())
            case _:
                self.answer(*self.forward(body), cut=fault.kind == "dead mid-answer")

    def forward(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.server.target)
        try:
            connection.request("POST", self.path, body, dict(self.headers.items()))
            response = connection.getresponse()
            return response.status, response.read()
        except OSError:
            self.close_connection = True
            return 502, b""
        finally:
            connection.close()

    def answer(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *args: Any) -> None:
        """Silent."""


@contextmanager
def proxied(target: str) -> Iterator[FaultProxy]:
    """A proxy in front of the subgraph at `target`, for now without a fault."""
    with FaultProxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


@dataclass
class Farm:
    """Subgraphs that run, their proxies, and what a hub over them needs."""

    filled: Filled
    database: Database
    folder: Path
    subgraphs: Mapping[str, Process]
    proxies: Mapping[str, FaultProxy]
    hubs: int = 0

    @contextmanager
    def hub(self, *, separate: bool = True, deadline: float = PATIENCE) -> Iterator[Site]:
        """A hub process of its own: over the proxies, or (not `separate`) with the subgraphs in itself."""
        self.hubs += 1
        folder = self.folder / f"hub-{self.hubs}"
        folder.mkdir()
        urls = {name: proxy.url for name, proxy in self.proxies.items()} if separate else {}
        settings = self.filled.settings(f"settings-{self.hubs}.toml", deadline=deadline, subgraphs=urls)
        with serve("hub" if separate else "all", self.database, folder, settings) as process:
            site = self.filled.site(process.url, self.database, {"hub": process})
            try:
                yield site
            finally:
                site.client.close()


@contextmanager
def farm(database: Database, folder: Path, *, separate: bool = True) -> Iterator[Farm]:
    """The demo's data in this database and, if `separate`, the four subgraphs with their proxies."""
    filled = fill(database, folder)
    with ExitStack() as stack:
        processes, proxies = {}, {}
        for name in SUBGRAPHS if separate else ():
            processes[name] = stack.enter_context(serve(name, database, folder))
            proxies[name] = stack.enter_context(proxied(processes[name].url))
        yield Farm(filled, database, folder, processes, proxies)
