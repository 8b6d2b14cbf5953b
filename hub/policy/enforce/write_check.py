"""Operations that write: one mutation each, so that none is half done (docs/policy.md#rule-15)."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import DocumentRefused, RequestRefused
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


def check_connected(operation: Operation, unconnected: Mapping[str, str]) -> None:
    """Raise RequestRefused (NOT_CONNECTED) for a mutation whose item another system keeps, if no setting says how to
    reach it; `unconnected` are the labels of such systems by mutation."""
    if not is_write(operation):
        return
    for field in operation.root.fields:
        if field.name in unconnected:
            raise RequestRefused(
                "NOT_CONNECTED",
                f"Rien n'a été écrit : ce hub n'est pas relié à ce système, qui tient ces éléments : "
                f"« {unconnected[field.name]} ». Faites-le chez lui, ou demandez à l'exploitant du hub de le relier "
                "([[outgoing]] de ses réglages).",
                "no row of [[outgoing]] for the system of this mutation",
                http_status=409,
            )
