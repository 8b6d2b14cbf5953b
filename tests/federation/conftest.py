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
        request = gather(data, entities)
        if isinstance(request, CollectedRequest):
            expected, traced = represent(data, entities), retrace(data, entities, request)
            assert request.representations == expected.representations
            assert expected.missing == []
            assert _places(traced) == _places(expected)
        return request

    monkeypatch.setattr(execute, "gather", compared)


def _places(traced_request: EntityRequest) -> list[list[tuple[Any, ...]]]:
    return [
        sorted((target.path, id(target.value), target.source.path, target.without) for target in targets)
        for targets in traced_request.targets
    ]
