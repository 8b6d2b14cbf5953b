"""The latency of an honest client while another one attacks, and the memory that the gateway gains.

An attacker sends what is costly to refuse or to plan. Its documents differ each time, so that no cache answers them.
The reference is an attacker that sends as many honest requests: a gateway of one process shares its core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import orjson
from graphql import get_introspection_query

from benchmarks.gateway.load_client import Load
from benchmarks.gateway.measure import QUERY
from benchmarks.gateway.peers import RunningGateway
from benchmarks.gateway.processes import memory, processor, run_load
from hub.document.coercion import MOST_VALUES
from hub.http.bodies import MAX_BODY

NUMBER = "00000"
CONNECTIONS = 4


class AttackImpact(msgspec.Struct, frozen=True):
    """The honest client's latencies (ms) during an attack, and what the attack costs.

    `rps` and `statuses` are the attacker's answers; `busy` is the share of its core that the gateway took, `grown` the
    MB of memory that it gained.
    """

    attack: str
    p50: float
    p99: float
    rps: float
    statuses: dict[int, int]
    busy: float
    grown: float


def attacks() -> Mapping[str, str]:
    """Return request bodies by name; each request replaces `NUMBER` by a new number."""
    fields = "name price weight upc inStock shippingEstimate "
    reviews = "reviews { id body author { id name username } } "
    wide = " ".join(f"a{n}: topProducts(first: 1) {{ {fields * 4}{reviews} }}" for n in range(50))
    return {
        "autant de clients honnêtes": _body(QUERY),
        "documents aux bornes": _body(f"query Q{NUMBER} {{ {wide} }}"),
        "documents trop profonds": _body(f"query Q{NUMBER} {{{'a{' * 20_000}"),
        "documents mal formés": _body(f"query Q{NUMBER} {{ {'users { id ' * 4_000}"),
        "introspection": _body(get_introspection_query().replace("IntrospectionQuery", f"I{NUMBER}")),
        "corps énormes": orjson.dumps({"query": "{ users { id } }", "variables": {"a": "x" * (MAX_BODY + 1)}}).decode(),
        "corps à la borne, refusé": orjson.dumps(
            {"query": "{ nothing }", "variables": {"a": "x" * (MAX_BODY - 200)}}
        ).decode(),
        "corps à la borne, de nombres": '{"query": "{ nothing }", "variables": {"a": [%s0]}}'
        % ("1e1," * (MAX_BODY // 4 - 20)),
        "dix mille nombres": '{"query": "{ nothing }", "variables": {"a": [%s0]}}' % ("1e1," * (MOST_VALUES - 10)),
        "JSON qui n'en est pas": "[" * (MAX_BODY - 10),
    }


def under_attack(running: RunningGateway, seconds: float) -> Sequence[AttackImpact]:
    """Measure the honest client alone, then during each attack."""
    honest = Load(running.url, [_body(QUERY)], 1, seconds, pause=0.02)
    spent = processor(running.pid)
    alone = run_load(honest)
    impacts = [
        AttackImpact("personne", alone.p50, alone.p99, 0.0, {}, (processor(running.pid) - spent) / alone.seconds, 0.0)
    ]
    with ThreadPoolExecutor() as pool:
        for name, body in attacks().items():
            memory_before, spent = memory(running.pid), processor(running.pid)
            attacker = Load(running.url, [body], CONNECTIONS, seconds + 0.5, strict=False, number=NUMBER)
            attack = pool.submit(run_load, attacker, niceness=10)
            run = run_load(honest)
            attacker_run = attack.result()
            busy = (processor(running.pid) - spent) / attacker_run.seconds
            grown = memory(running.pid) - memory_before
            impacts.append(AttackImpact(name, run.p50, run.p99, attacker_run.rps, attacker_run.statuses, busy, grown))
    return impacts


def _body(query: str) -> str:
    return orjson.dumps({"query": query}).decode()
