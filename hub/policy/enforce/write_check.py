"""Operations that write: one mutation each, so that none is half done (docs/policy.md#rule-15)."""

from __future__ import annotations

from hub.errors import DocumentRefused
from hub.federation.operations.operation import Operation


def is_write(operation: Operation) -> bool:
    """Whether the operation is a mutation."""
    return operation.kind == "mutation"


def check_single_write(operation: Operation) -> None:
    """Raise DocumentRefused (MUTATION_SEVERAL) for more than one mutation in a request, whatever aliases and conditions
    they have: the first would stay written where the second is refused."""
    if is_write(operation) and len([field for field in operation.root.fields if not field.name.startswith("__")]) > 1:
        raise DocumentRefused(
            "MUTATION_SEVERAL",
            "La requête contient plusieurs mutations : envoyez-les une par une, pour qu'aucune ne soit faite à moitié.",
            "more than one mutation in an operation",
        )
