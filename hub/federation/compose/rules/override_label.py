"""OVERRIDE_LABEL_INVALID: the label of a progressive override is a name, or a percentage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.override_labels import is_label


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per label."""
    names = {subgraph.name for subgraph in subgraphs}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("override"):
                label = values.get("label")
                if label is not None and values.get("from") in names and not is_label(str(label)):
                    yield failure(
                        "OVERRIDE_LABEL_INVALID",
                        coordinate,
                        [subgraph.name],
                        f"« {label} » n'est pas une étiquette de @override",
                        "Prenez un nom, ou « percent(x) » avec x de 0 à 100",
                    )
