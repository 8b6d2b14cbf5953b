"""A TCP proxy between the hub and one subgraph, which keeps every byte of both directions."""

from __future__ import annotations

import re
import socket
import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

REQUEST = re.compile(rb"POST /graphql HTTP/1\.1\r\n")


@dataclass
class Proxy:
    """`url` is where the hub sends; `take` gives what passed since it was last called."""

    target: tuple[str, int]
    listener: socket.socket
    lock: threading.Lock = field(default_factory=threading.Lock)
    streams: list[bytearray] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the proxy."""
        host, port = self.listener.getsockname()[:2]
        return f"http://{host}:{port}"

    def take(self) -> bytes:
        """Bytes of all connections, each direction whole, since the last call."""
        with self.lock:
            passed = b"\n".join(bytes(stream) for stream in self.streams)
            for stream in self.streams:
                stream.clear()
        return passed

    def serve(self) -> None:
        """Accept connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
                for source, sink in ((client, server), (server, client)):
                    stream = bytearray()
                    with self.lock:
                        self.streams.append(stream)
                    threading.Thread(target=self._pump, args=(source, sink, stream), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, stream: bytearray) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                with self.lock:
                    stream += data
                sink.sendall(data)
        for connection in (source, sink):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy in front of the subgraph at `url`."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy((host, int(port)), listener)
        threading.Thread(target=proxy.serve, daemon=True).start()
        try:
            yield proxy
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def calls(passed: bytes) -> int:
    """Requests in what passed."""
    return len(REQUEST.findall(passed))


SEALED = re.compile(rb"[A-Za-z0-9_-]{16,}")


def opened(data: bytes) -> bytes:
    """The same bytes, then every base64url text of theirs decoded: cursors, signed contexts."""
    parts = [data]
    for text in set(SEALED.findall(data)):
        with suppress(ValueError):
            parts.append(urlsafe_b64decode(text + b"=" * (-len(text) % 4)))
    return b"\n".join(parts)
