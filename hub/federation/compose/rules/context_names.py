"""CONTEXT_NAME_INVALID: a context's name is made of letters and digits, a letter first.

The supergraph writes it after the subgraph's name and two underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per application."""
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for values in type_.applied("context"):
                if not _NAME.fullmatch(values["name"]):
                    yield failure(
                        "CONTEXT_NAME_INVALID",
                        type_.name,
                        [subgraph.name],
                        f"« {values['name']} » n'est pas un nom de contexte",
                        "N'y mettez que des lettres et des chiffres, une lettre d'abord",
                    )
