"""The example of vehicle loans, served by a thread of this process, and the check that is asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clients.examples.vehicle_loans.server import Subgraph, server
from tests.conftest import ROOT

LOANS = ROOT / "clients" / "examples" / "vehicle_loans"
KEY, PREVIOUS = b"k" * 32, b"p" * 32


def register() -> dict[str, Any]:
    """The people and loans of the example."""
    rows: dict[str, Any] = json.loads((LOANS / "register.json").read_text(encoding="utf-8"))
    return rows


@contextmanager
def serving(subgraph: Subgraph) -> Iterator[str]:
    """The address of the subgraph, while it is served."""
    listener = server(subgraph, 0)
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_address[1]}"
    finally:
        listener.shutdown()
        thread.join(30)
        listener.server_close()
