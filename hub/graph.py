"""The graph that this hub serves: composed, classified, decided; and pinned, so that no part changes behind another.

`python -m hub.graph` composes the served SDLs of `schema/generated`, and the hub's own, into `supergraph.graphql`,
prints the client schema as `api.graphql` and pins all of it in `pinned.json`; `--check` fails if a file is not current.
A hub whose files disagree with the pins does not start (docs/attaques.md#attack-6).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from graphql import GraphQLSchema, print_schema

from hub.errors import StartRefused
from hub.federation.client_schema import visible_schema
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from hub.policy.decide.classification import Classification
from hub.policy.decide.classify import classify
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_loader import load
from hub.policy.decide.policy_model import Policy
from hub.wording.engine import call_engine
from schema.categories import Level
from schema.subgraphs import GENERATED, OWN, SUBGRAPHS

if TYPE_CHECKING:
    from hub.federation.compose.composer import Source


@dataclass(frozen=True, slots=True)
class Graph:
    """The supergraph, what clients see of it, and every decision on it.

    Of joined subgraphs: `labels`, what the person reads of their data by coordinate (those of the hub's own are
    `hub.journal.read.data_labels`'), and `closed`, by subgraph, the coordinates that have no category."""

    supergraph: Supergraph
    schema: GraphQLSchema
    table: DecisionTable
    labels: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def pins(self) -> dict[str, str]:
        """Digests of the three parts."""
        classification, policy = self.table.classification.digest, self.table.policy.digest
        return {"supergraph": self.supergraph.digest, "classification": classification, "policy": policy}


def graph_of(supergraph: Supergraph, contracted: frozenset[str] = frozenset()) -> Graph:
    """Classify a supergraph and decide every coordinate under the policy files; `contracted` as `classify` takes it."""
    return _decided(supergraph, classify(supergraph, contracted), load())


def _decided(supergraph: Supergraph, classification: Classification, policy: Policy) -> Graph:
    return Graph(supergraph, described(supergraph, classification), DecisionTable(policy, classification))


def described(supergraph: Supergraph, classification: Classification) -> GraphQLSchema:
    """The client schema with each field's category in its description, so that introspection shows it."""
    schema = visible_schema(supergraph.document, supergraph.inaccessible)
    for classified in classification.fields.values():
        field = getattr(schema.type_map.get(classified.type), "fields", {}).get(classified.coordinate.partition(".")[2])
        if field is not None:
            reduced = " (réduit)" if classified.level is Level.REDUCED else ""
            values = f" ; certaines valeurs : {', '.join(sorted(classified.values))}" if classified.values else ""
            field.description = (
                f"{field.description or ''} — Catégorie : {classified.category}{reduced}{values}".lstrip()
            )
    return schema


def load_graph(folder: Path = GENERATED) -> Graph:
    """The pinned graph; raises StartRefused (GRAPH_NOT_PINNED) if any part is not the one that was pinned."""
    supergraph, _ = load_classified(folder)
    graph = _graph(supergraph.text, load())
    _check_pins(folder, graph.pins)
    return graph


@lru_cache(maxsize=2)
def _graph(text: str, policy: Policy) -> Graph:
    """The graph of a supergraph's text under these rules, made once in a process."""
    return _decided(*_classified(text), policy)


def load_classified(folder: Path = GENERATED) -> tuple[Supergraph, Classification]:
    """The pinned supergraph and its classification, to decide under other policy files; raises as `load_graph`."""
    supergraph, classification = _classified(_text(folder))
    _check_pins(folder, {"supergraph": supergraph.digest, "classification": classification.digest})
    return supergraph, classification


def _text(folder: Path) -> str:
    try:
        return (folder / "supergraph.graphql").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _not_pinned(type(error).__name__) from error


@lru_cache(maxsize=2)
def _classified(text: str) -> tuple[Supergraph, Classification]:
    """The supergraph of a text and its classification, read once in a process."""
    try:
        supergraph = call_engine(read_supergraph, text)
    except ValueError as error:
        raise _not_pinned(type(error).__name__) from error
    return supergraph, classify(supergraph)


def _check_pins(folder: Path, digests: Mapping[str, str]) -> None:
    try:
        pinned = orjson.loads((folder / "pinned.json").read_bytes())
    except (OSError, ValueError) as error:
        raise _not_pinned(type(error).__name__) from error
    pins = pinned if type(pinned) is dict else {}
    if different := [name for name, digest in digests.items() if pins.get(name) != digest]:
        raise _not_pinned(", ".join(different))


def _not_pinned(detail: str) -> StartRefused:
    return StartRefused(
        "GRAPH_NOT_PINNED",
        "Le supergraphe, sa classification ou les règles d'accès ne sont pas ceux qui ont été figés, rien ne démarre : "
        "relisez le changement, puis lancez « python -m hub.graph ».",
        f"not as pinned: {detail}",
    )


def own_sources(folder: Path = GENERATED) -> list[Source]:
    """The hub's own subgraphs, to compose: their served SDLs in the folder."""
    from hub.federation.compose.composer import Source  # a hub that serves its own subgraphs composes nothing

    texts = {name: (folder / f"{name}.graphql").read_text(encoding="utf-8") for name in (*SUBGRAPHS, *OWN)}
    return [Source(name, f"http://{name}.spie-hub.example/graphql", text) for name, text in texts.items()]


def generated(folder: Path = GENERATED) -> Mapping[Path, str]:
    """The files that this module writes, from the served SDLs in the folder."""
    from hub.federation.compose.composer import compose

    graph = graph_of(compose(own_sources(folder)))
    return {
        folder / "supergraph.graphql": graph.supergraph.text,
        folder / "api.graphql": print_schema(graph.schema) + "\n",
        folder / "pinned.json": orjson.dumps(
            graph.pins, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        ).decode(),
    }


def main(arguments: list[str]) -> None:
    """Write the generated files, or with `--check` say which are not current."""
    stale = {path: text for path, text in generated().items() if _read(path) != text}
    if "--check" not in arguments:
        for path, text in stale.items():
            path.write_text(text, encoding="utf-8")
    elif stale:
        names = ", ".join(path.name for path in stale)
        sys.exit(f"Fichiers générés à refaire avec « python -m hub.graph » : {names}")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    main(sys.argv[1:])
