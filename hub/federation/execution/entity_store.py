"""The request's entity store: entities that the response tree holds already.

Nothing is stored beside the tree. The plan names the places where the same fields were fetched before
(`planning.entity_reuse`); their objects answer for representations equal to theirs as the subgraph would: whole, or not
at all.
"""

from __future__ import annotations

from typing import Any

from hub.federation.execution.representation_collector import CollectedRequest, identity
from hub.federation.execution.representations import EntityRequest
from hub.federation.execution.response_tree import copy_of
from hub.federation.planning.query_plan import StoredSelection


def stored_entities(
    request: EntityRequest | CollectedRequest,
    stored: EntityRequest | CollectedRequest,
    selections: tuple[StoredSelection, ...],
) -> dict[int, dict[str, Any]]:
    """The entities of a request that the tree holds, by the index of their representation, as copies.

    `stored` are the representations of the objects that may answer, `selections` how those of each source do.
    """
    stored_indices = {identity(representation): index for index, representation in enumerate(stored.representations)}
    pairs = (
        (stored_indices.get(identity(representation)), index)
        for index, representation in enumerate(request.representations)
    )
    indices = {place: index for place, index in pairs if place is not None}
    answers: dict[int, dict[str, Any]] = {}
    for place, number, value in stored.objects():
        index = indices.get(place)
        if index is not None and index not in answers:
            try:
                answers[index] = _read(value, selections[number])
            except (KeyError, TypeError):  # a field was excluded by a condition, or has another form
                continue
    return answers


def _read(value: Any, selection: StoredSelection) -> dict[str, Any]:
    """The selection on an object; KeyError if a field did not come. Depth is the document's."""
    type_ = value["__typename"] if selection.typed else selection.types[0][0]
    answer: dict[str, Any] = {"__typename": type_} if selection.typed else {}
    for key, read, below in next((fields for name, fields in selection.types if name == type_), ()):
        answer[key] = copy_of(value[read]) if below is None else _read_nested(value[read], below)
    return answer


def _read_nested(value: Any, selection: StoredSelection) -> Any:
    if value is None:
        return None
    return [_read_nested(item, selection) for item in value] if type(value) is list else _read(value, selection)
