"""What is absent from the response tree for a known reason: such a field is null without a further error.

An entity is not requested if its key is null, and its subgraph may say that there is none; a failed fetch has its own
errors. Any other key that is absent was left out by a subgraph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from hub.federation.planning.search_state import Template

_NONE: frozenset[str] = frozenset()


class Absences:
    """Response keys by object of the tree."""

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: dict[int, tuple[dict[str, Any], set[str]]] = {}

    def add(self, value: dict[str, Any], keys: Iterable[str]) -> None:
        """Keys of an object that nobody answers; the object is kept, so that its identity stays its own."""
        self._keys.setdefault(id(value), (value, set()))[1].update(keys)

    def keys(self, value: dict[str, Any]) -> Collection[str]:
        """The keys that may be absent from an object."""
        entry = self._keys.get(id(value))
        return _NONE if entry is None else entry[1]

    def explain(self, value: Any, templates: Iterable[Template]) -> bool:
        """Whether something that these templates read of an object is absent for a known reason. Depth is that of a
        field set."""
        if isinstance(value, list):
            return any(self.explain(item, templates) for item in value)
        if not self._keys or not isinstance(value, dict):
            return False
        return id(value) in self._keys or any(
            self.explain(value.get(template.key), below) for template in templates for _, below in template.selections
        )
