"""Plain lists that are longer than is served: null, each with an error at its path, since a cut would be silent."""

from __future__ import annotations

from typing import Any

from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.fields import LONGEST_LIST
from subgraphs.kit.statement import TOO_LONG


def nulled(data: dict[str, Any]) -> list[RequestFailed]:
    """Put null in place of each list that is too long; return the errors (LIST_TOO_LONG) with their paths."""
    errors: list[RequestFailed] = []
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(data, ())]
    while pending:
        value, path = pending.pop()
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            if below is TOO_LONG:
                value[step] = None
                errors.append(_too_long((*path, step)))
            elif isinstance(below, dict | list):
                pending.append((below, (*path, step)))
    return errors


def _too_long(path: tuple[str | int, ...]) -> RequestFailed:
    message = f"Cette liste a plus de {LONGEST_LIST} éléments : elle n'est pas servie en partie."
    return RequestFailed("LIST_TOO_LONG", message, path)
