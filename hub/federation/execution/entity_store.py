"""The request's entity store: what the response tree holds already of the entities that a subgraph would be asked of.

Nothing is kept beside the tree. The plan says where the same was asked before (`known`); here its objects answer for
representations equal to theirs, as the subgraph would: whole, or not at all.
"""

from __future__ import annotations

from typing import Any

from hub.federation.execution.representation_collector import Collected, identity
from hub.federation.execution.representations import Asked
from hub.federation.execution.response_tree import copy_of
from hub.federation.planning.query_plan import Taken


def recall(asked: Asked | Collected, places: Asked | Collected, taken: tuple[Taken, ...]) -> dict[int, dict[str, Any]]:
    """Entities that are known, by the index of their representation; they share nothing with the tree."""
    held = {identity(each): index for index, each in enumerate(places.representations)}
    found = ((held.get(identity(each)), index) for index, each in enumerate(asked.representations))
    wanted = {place: index for place, index in found if place is not None}
    answers: dict[int, dict[str, Any]] = {}
    for place, number, value in places.objects():
        index = wanted.get(place)
        if index is not None and index not in answers:
            try:
                answers[index] = _take(value, taken[number])
            except (KeyError, TypeError):  # a condition kept it away, or it is of another form
                continue
    return answers


def _take(value: Any, taken: Taken) -> dict[str, Any]:
    """What is taken of an object; KeyError if some of it did not come. Depth is the document's."""
    type_ = value["__typename"] if taken.typed else taken.types[0][0]
    answer: dict[str, Any] = {"__typename": type_} if taken.typed else {}
    for key, read, below in next((fields for name, fields in taken.types if name == type_), ()):
        answer[key] = copy_of(value[read]) if below is None else _below(value[read], below)
    return answer


def _below(value: Any, taken: Taken) -> Any:
    if value is None:
        return None
    return [_below(each, taken) for each in value] if type(value) is list else _take(value, taken)
