"""Whatever these tests ask goes both ways: what is collected fast is what the interpreter represents."""

from __future__ import annotations

from typing import Any

import pytest

from hub.federation.execution import execute
from hub.federation.execution.representation_collector import CollectedRequest
from hub.federation.execution.representations import EntityRequest, represent, retrace
from hub.federation.planning.query_plan import Entities


@pytest.fixture(autouse=True)
def both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time that objects are collected."""
    gather = execute.gather

    def compared(data: dict[str, Any], entities: Entities) -> EntityRequest | CollectedRequest:
        found = gather(data, entities)
        if isinstance(found, CollectedRequest):
            expected, traced = represent(data, entities), retrace(data, entities, found)
            assert found.representations == expected.representations
            assert expected.missing == []
            assert _places(traced) == _places(expected)
        return found

    monkeypatch.setattr(execute, "gather", compared)


def _places(asked: EntityRequest) -> list[list[tuple[Any, ...]]]:
    return [
        sorted((each.path, id(each.value), each.source.path, each.without) for each in targets)
        for targets in asked.targets
    ]
