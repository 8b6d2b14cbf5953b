"""An application on a socket, served by a thread of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

from hub.serving import Server


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve the application on a free port: its URL."""
    urls: Queue[str] = Queue()
    server = Server(app, "127.0.0.1", 0, urls.put)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield urls.get(timeout=60)
    finally:
        server.should_exit = True
        thread.join(30)
