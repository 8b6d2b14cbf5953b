"""Calls of the check to the subgraph: signed as the hub signs, or in one of the ways that must be refused."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from hub.errors import StartRefused
from hub.joined.conformance.seeds import Row, Seeds
from schema.context import HEADER, Context, seal
from schema.facts import RELATIONS
from schema.residual import Clause, Residual, Rule

SECONDS = 20.0
ANY = Rule((Clause(int(RELATIONS)),))
"""The rule of whoever is linked to the person in any way."""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The status and the body of an answer."""

    status: int
    body: bytes

    def holds(self, value: str) -> bool:
        """Whether the body has this text, as JSON writes it."""
        return value.encode() in self.body or orjson.dumps(value)[1:-1] in self.body

    @property
    def data(self) -> Any:
        """The `data` of the body; None if it has none."""
        try:
            answer = orjson.loads(self.body)
        except ValueError:
            return None
        return answer.get("data") if isinstance(answer, dict) else None


def open_residual(row: Row, **parts: Any) -> Residual:
    """The residual under which a row is read, with other parts."""
    return Residual(
        **{"rows": dict.fromkeys(row.personal, ANY), "fields": dict.fromkeys(row.guarded, ANY), **parts},
    )


class Caller:
    """Calls one subgraph at `url`, signing under `key`; `previous`: its key before, if it still takes it."""

    def __init__(self, url: str, seeds: Seeds, key: bytes, previous: bytes | None = None) -> None:
        self.url, self.seeds, self.key, self.previous = url, seeds, key, previous
        self.policy = seeds.policy or "any"
        self._client = httpx2.Client(timeout=SECONDS, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def context(self, row: Row, residual: Residual | None = None, **changes: Any) -> Context:
        """The context of an actor with the row's scope, under this residual."""
        context = Context(
            actor="conformance",
            kind="conformance",
            organisation=self.seeds.organisation,
            purpose="suivi",
            scopes=(row.scope,),
            policy=self.policy,
            decision_class="conformance",
            residual=residual if residual is not None else open_residual(row),
            now=int(time.time()),
        )
        return context._replace(**changes)

    def body(self, row: Row, representations: Sequence[Any] | None = None) -> bytes:
        """The body that asks for a row."""
        representations = [row.representation] if representations is None else representations
        return orjson.dumps({"query": row.query, "variables": {"representations": representations}})

    def sealed(self, context: Context, body: bytes, **changes: Any) -> str:
        """The header of a call; `changes` as `schema.context.seal` takes them."""
        values = {"audience": self.seeds.subgraph, "key": self.key, "now": int(time.time()), **changes}
        return seal(context, body=body, **values)

    def read(self, row: Row, residual: Residual | None = None, **changes: Any) -> Answer:
        """Ask for a row as the hub would."""
        body = self.body(row)
        return self.send(body, [self.sealed(self.context(row, residual, **changes), body)])

    def send(
        self, body: bytes, headers: Sequence[str], *, method: str = "POST", kind: str = "application/json"
    ) -> Answer:
        """Send a body under these values of the context header; raises StartRefused (SUBGRAPH_UNREACHABLE)."""
        lines = [("content-type", kind), ("accept", "application/json"), *((HEADER, value) for value in headers)]
        try:
            answer = self._client.request(method, self.url, content=body if method == "POST" else None, headers=lines)
        except httpx2.HTTPError as error:
            raise StartRefused(
                "SUBGRAPH_UNREACHABLE",
                f"Le sous-graphe ne répond pas à {self.url} : vérifiez l'adresse, et qu'il tourne.",
                type(error).__name__,
            ) from error
        return Answer(answer.status_code, answer.content)
