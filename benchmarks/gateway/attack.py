"""A second client's latency while another one sends what is hard to refuse or to plan, and how the memory grows.

A document that could be kept is another one each time, so that no cache answers it. Each attack is set beside as many
connections of honest clients: a gateway of one process shares its core among all that ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import orjson
from graphql import get_introspection_query

from benchmarks.gateway.load_client import Load
from benchmarks.gateway.measure import QUERY
from benchmarks.gateway.peers import Running
from benchmarks.gateway.processes import loaded, memory, processor
from hub.http.request_reader import MAX_BODY

NUMBER = "00000"
CONNECTIONS = 4


class Attacked(msgspec.Struct, frozen=True):
    """Latencies (ms) of the second client; how many requests of the attacker were answered per second, with which
    statuses; the share of its core that the gateway took, and MB of memory that it gained meanwhile."""

    attack: str
    p50: float
    p99: float
    rps: float
    statuses: dict[int, int]
    busy: float
    grown: float


def attacks() -> Mapping[str, str]:
    """Request bodies by name; `NUMBER` in them becomes another number each time."""
    fields = "name price weight upc inStock shippingEstimate "
    below = "reviews { id body author { id name username } } "
    wide = " ".join(f"a{n}: topProducts(first: 1) {{ {fields * 4}{below} }}" for n in range(50))
    return {
        "autant de clients honnêtes": _body(QUERY),
        "documents aux bornes": _body(f"query Q{NUMBER} {{ {wide} }}"),
        "documents trop profonds": _body(f"query Q{NUMBER} {{{'a{' * 20_000}"),
        "documents mal formés": _body(f"query Q{NUMBER} {{ {'users { id ' * 4_000}"),
        "introspection": _body(get_introspection_query().replace("IntrospectionQuery", f"I{NUMBER}")),
        "corps énormes": orjson.dumps({"query": "{ users { id } }", "variables": {"a": "x" * (MAX_BODY + 1)}}).decode(),
        "un mégaoctet refusé": orjson.dumps(
            {"query": "{ nothing }", "variables": {"a": "x" * (MAX_BODY - 200)}}
        ).decode(),
        "JSON qui n'en est pas": "[" * (MAX_BODY - 10),
    }


def under_attack(running: Running, seconds: float) -> Sequence[Attacked]:
    """The second client alone, then beside each attack."""
    second = Load(running.url, [_body(QUERY)], 1, seconds, pause=0.02)
    spent = processor(running.pid)
    alone = loaded(second)
    found = [Attacked("personne", alone.p50, alone.p99, 0.0, {}, (processor(running.pid) - spent) / alone.seconds, 0.0)]
    with ThreadPoolExecutor() as pool:
        for name, body in attacks().items():
            before, spent = memory(running.pid), processor(running.pid)
            attacker = Load(running.url, [body], CONNECTIONS, seconds + 0.5, strict=False, number=NUMBER)
            attack = pool.submit(loaded, attacker, niceness=10)
            run = loaded(second)
            done = attack.result()
            busy = (processor(running.pid) - spent) / done.seconds
            grown = memory(running.pid) - before
            found.append(Attacked(name, run.p50, run.p99, done.rps, done.statuses, busy, grown))
    return found


def _body(query: str) -> str:
    return orjson.dumps({"query": query}).decode()
