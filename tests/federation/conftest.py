"""Whatever these tests ask goes both ways: what is collected fast is what the interpreter represents."""

from __future__ import annotations

from typing import Any

import pytest

from hub.federation.execution import execute
from hub.federation.execution.representation_collector import Collected
from hub.federation.execution.representations import Asked, represent, retrace
from hub.federation.planning.query_plan import Entities


@pytest.fixture(autouse=True)
def both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time that objects are collected."""
    gather = execute.gather

    def compared(data: dict[str, Any], entities: Entities) -> Asked | Collected:
        found = gather(data, entities)
        if isinstance(found, Collected):
            expected, traced = represent(data, entities), retrace(data, entities, found)
            assert found.representations == expected.representations
            assert expected.missing == []
            assert _places(traced) == _places(expected)
        return found

    monkeypatch.setattr(execute, "gather", compared)


def _places(asked: Asked) -> list[list[tuple[Any, ...]]]:
    return [
        sorted((each.path, id(each.value), each.source.path, each.without) for each in targets)
        for targets in asked.targets
    ]
