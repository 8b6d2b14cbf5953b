"""The SDL that each subgraph serves, as `make generated` writes it to `schema/generated/` for the hub to compose."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from schema.subgraphs import GENERATED, SUBGRAPHS
from subgraphs.kit.federation_schema import subgraph_schema
from subgraphs.kit.subgraph_model import Model


def load(name: str) -> Model:
    """The model of a subgraph: `MODEL` in its module `queries`."""
    loaded: Model = import_module(f"subgraphs.{name}.queries").MODEL
    return loaded


def generated() -> Mapping[Path, str]:
    """The SDL of each subgraph, by the file that holds it."""
    return {GENERATED / f"{name}.graphql": subgraph_schema(load(name)).sdl for name in SUBGRAPHS}
