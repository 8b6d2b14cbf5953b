"""The world served by real processes, every byte between them and out of them kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import orjson

from demo.actors import agreements
from demo.token_issuer import Issuer
from hub.graph import Graph
from hub.identity.actor import scope_keys
from schema.context import HEADER, Context, seal
from schema.subgraphs import SUBGRAPHS
from tests.conftest import Database
from tests.e2e.canary_proxy import Proxy, calls, proxied
from tests.e2e.canary_world import World, build
from tests.e2e.site import METRICS, PATIENCE, PURPOSES, Process, serve
from tests.observability.collector import Collector, collecting
from tests.pinned_graph import graph


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of an actor: what it sent, what it got (headers, body), and what it caused behind the hub."""

    actor: str
    sent: bytes
    status: int
    headers: bytes
    body: bytes
    passed: Mapping[str, bytes]

    @property
    def left(self) -> bytes:
        """All that the actor got."""
        return self.headers + b"\n" + self.body

    @property
    def calls(self) -> dict[str, int]:
        """Requests that reached each subgraph, where there were any."""
        counts = {name: calls(passed) for name, passed in self.passed.items()}
        return {name: count for name, count in counts.items() if count}


@dataclass
class Watched:
    """Hub and subgraphs in processes of their own, a proxy before each subgraph; `collector` gets their spans."""

    world: World
    issuer: Issuer
    database: Database
    processes: Mapping[str, Process]
    proxies: Mapping[str, Proxy]
    graph: Graph
    client: httpx2.Client
    collector: Collector
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, actor: str, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> Exchange:
        """Send one operation as this actor; a header given as "" is left out."""
        demo_actor = self.world.actors[actor]
        token = self.tokens.setdefault(actor, self.issuer.token(demo_actor))
        sent = {
            "authorization": f"Bearer {token}",
            "purpose": PURPOSES[demo_actor.kind],
            "content-type": "application/json",
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = orjson.dumps({"query": query, "variables": dict(variables or {})})
        for proxy in self.proxies.values():
            proxy.take()
        answer = self.client.post(
            f"{self.processes['hub'].url}/graphql",
            content=body,
            headers={name: value for name, value in sent.items() if value},
        )
        passed = {name: proxy.take() for name, proxy in self.proxies.items()}
        lines = b"\n".join(b": ".join(pair) for pair in answer.headers.raw)
        return Exchange(actor, body, answer.status_code, lines, answer.content, passed)

    def context(self, actor: str, **changed: Any) -> Context:
        """The widest context that the hub could ever sign for this actor: every coordinate asked at once."""
        demo_actor = self.world.actors[actor]
        kind, purpose = self.graph.table.policy.actors[demo_actor.kind], PURPOSES[demo_actor.kind]
        claims = demo_actor.claims
        ids = {
            "agent": [claims["agent"]] if "agent" in claims else [],
            "person": [claims["person"]] if "person" in claims else [],
            "organisation": [claims["organisation"]] if "organisation" in claims else [],
            "departments": claims.get("departments", []),
        }
        decisions = self.graph.table.decision_class(demo_actor.kind, purpose)
        classified = self.graph.table.classification
        values: dict[str, Any] = {
            "actor": demo_actor.name,
            "kind": demo_actor.kind,
            "organisation": claims.get("organisation"),
            "purpose": purpose,
            "scopes": scope_keys(kind.scopes, ids),
            "policy": self.graph.table.digest,
            "decision_class": decisions.id,
            "residual": decisions.residual(classified.fields, classified.personal),
            "now": int(time.time()),
        }
        return Context(**{**values, **changed})

    def direct(self, subgraph: str, context: Context, query: str, variables: Mapping[str, Any]) -> httpx2.Response:
        """A call to a subgraph, past the hub, signed as the hub would."""
        body = orjson.dumps({"query": query, "variables": dict(variables)})
        key = self.database.keys.context(subgraph)
        header = seal(context, audience=subgraph, body=body, key=key, now=int(time.time()))
        return self.call(subgraph, body, [(HEADER, header)])

    def call(self, subgraph: str, body: bytes, headers: list[tuple[str, str]]) -> httpx2.Response:
        """A call to a subgraph, past the hub, with these headers."""
        sent = [("content-type", "application/json"), *headers]
        return self.client.post(f"{self.processes[subgraph].url}/graphql", content=body, headers=sent)


@contextmanager
def watched(database: Database, folder: Path) -> Iterator[Watched]:
    """Start all of it; `folder` takes files, keys of the issuer and logs."""
    world = asyncio.run(build(database, folder / "files"))
    issuer = Issuer(folder / "issuer")
    settings = issuer.write_settings(agreements(list(world.actors.values())))
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        traces = f'[logs]\nformat = "json"\n[traces]\nendpoint = "{collector.url}"\nratio = 1.0\n'
        settings.write_text(f"deadline = {PATIENCE}\n{settings.read_text()}\n{traces}{METRICS}", encoding="utf-8")
        processes: dict[str, Process] = {}
        proxies: dict[str, Proxy] = {}
        for name in SUBGRAPHS:
            processes[name] = stack.enter_context(serve(name, database, folder, settings))
            proxies[name] = stack.enter_context(proxied(processes[name].url))
        lines = [f'{name} = "{proxy.url}/graphql"' for name, proxy in proxies.items()]
        settings.write_text("\n".join([settings.read_text(), "[subgraphs]", *lines, ""]), encoding="utf-8")
        processes["hub"] = stack.enter_context(serve("hub", database, folder, settings))
        client = stack.enter_context(httpx2.Client(timeout=PATIENCE))
        yield Watched(world, issuer, database, processes, proxies, graph(), client, collector)
