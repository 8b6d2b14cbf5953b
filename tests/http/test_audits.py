"""The audits of npm's `graphql-http`, made by the authors of GraphQL over HTTP, against what a client reaches.

Each audit begins with MUST, SHOULD or MAY. Those that we don't pass are named here, each for a reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.gateway_process import gateway
from tests.conftest import Database
from tests.e2e.site import PURPOSES, site
from tests.federation.shop import PARTS
from tests.node import Node

OLD_DEFAULT = {"47DE", "80D8"}
"""`application/json` where the client has no preference: so until 2025, since then the GraphQL media type."""

NO_GET = {"5A70", "D6D5", "6A70"}
"""MAY, and docs/attaques.md#attack-29: a document and its variables are never in an address."""


def check(ended: list[dict[str, Any]]) -> None:
    assert len(ended) >= 60
    failed = {audit["id"]: audit for audit in ended if audit["status"] != "ok"}
    assert failed.keys() == OLD_DEFAULT | NO_GET, failed
    assert {audit["status"] for audit in failed.values()} <= {"warn", "notice"}


def test_the_gateway_passes_all_audits_but_those_that_are_named(node: Node, tmp_path: Path) -> None:
    with gateway(tmp_path, PARTS) as served:
        check(node.run("audits.cjs", {"url": f"{served.url}/graphql", "headers": {}}))


def test_the_hub_passes_the_same_audits(node: Node, database: Database, tmp_path: Path) -> None:
    with site(database, tmp_path) as hub:
        actor = hub.actors["referent-a"]
        headers = {"authorization": f"Bearer {hub.issuer.token(actor)}", "purpose": PURPOSES[actor.kind]}
        check(node.run("audits.cjs", {"url": f"{hub.url}/graphql", "headers": headers}))
