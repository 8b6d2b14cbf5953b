"""The response tree: finding objects in it and merging answers into it, with loops over plain dicts and lists.

Null wins: where one subgraph says null, no other's value stands (closed by default).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.federation.errors import Path
from hub.federation.execution.representation_collector import CollectedRequest
from hub.federation.planning.query_plan import Rename
from hub.federation.planning.search_state import Segment


def objects_at(
    root: dict[str, Any], path: tuple[Segment, ...], type_name: str | None = None
) -> Iterator[tuple[dict[str, Any], Path]]:
    """The objects at a response path, in order, with their own paths.

    Lists are entered; objects whose `__typename` is another than the path's are left out.
    """
    objects: list[tuple[dict[str, Any], Path]] = [(root, ())]
    for type_, key in path:
        below: list[tuple[dict[str, Any], Path]] = []
        for value, at in objects:
            if value.get("__typename", type_) == type_:
                below.extend(_objects(value.get(key), (*at, key)))
        objects = below
    for value, at in objects:
        if type_name is None or value.get("__typename", type_name) == type_name:
            yield value, at


def object_above(root: dict[str, Any], path: Path, depth: int) -> dict[str, Any]:
    """The object above another one, `depth` response keys down the path; the root for 0."""
    value: Any = root
    for step in path:
        if isinstance(step, str):
            if depth == 0:
                break
            depth -= 1
        value = value[step]
    parent: dict[str, Any] = value
    return parent


def merge_into(target: dict[str, Any], source: dict[str, Any], *, copied: bool = False) -> None:
    """Merge an answer into an object of the tree. With `copied` nothing of the source is shared with the tree."""
    if not copied and target.keys().isdisjoint(source):
        target.update(source)
        return
    stack: list[tuple[Any, Any]] = [(target, source)]
    while stack:
        into, values = stack.pop()
        pairs = values.items() if isinstance(values, dict) else enumerate(values)
        for key, value in pairs:
            if isinstance(into, dict) and key not in into:
                into[key] = copy_of(value) if copied else value
                continue
            existing = into[key]
            if value is None:
                into[key] = None
            elif existing is not value and _mergeable(existing, value):
                stack.append((existing, value))


def merge_collected(
    collected: CollectedRequest,
    entities: Sequence[dict[str, Any] | None],
    renames: tuple[Rename, ...],
    *,
    by_context: bool,
) -> None:
    """Merge each entity into the objects that it completes; those of a later source get copies, and all but the first
    if entities depend on contexts."""
    for entity in entities if renames else ():
        if entity is not None:
            rename(entity, renames)
    flat = [entity is not None and _NESTED.isdisjoint(map(type, entity.values())) for entity in entities]
    merged: set[int] = set()
    for number, objects in enumerate(collected.by_source):
        for index, value in objects:
            entity = entities[index]
            if entity is None:
                continue
            if not flat[index]:
                merge_into(value, entity, copied=collected.first[index] != number or (by_context and index in merged))
                merged.add(index)
            elif value.keys().isdisjoint(entity):
                value.update(entity)
            else:
                value.update(
                    {key: field_value for key, field_value in entity.items() if field_value is None or key not in value}
                )


_NESTED = {dict, list}


def _mergeable(existing: Any, value: Any) -> bool:
    if isinstance(existing, list) and isinstance(value, list):
        return len(existing) == len(value)
    return isinstance(existing, dict) and isinstance(value, dict)


def rename(answer: dict[str, Any], renames: tuple[Rename, ...]) -> None:
    """Move aliased values of a subgraph's answer to their response keys."""
    stack = [(answer, renames)]
    while stack:
        value, own = stack.pop()
        for renaming in own:
            if renaming.sent in value and value.get("__typename", renaming.type) == renaming.type:
                below = value[renaming.key] = value.pop(renaming.sent)
                if renaming.below:
                    stack.extend((item, renaming.below) for item, _ in _objects(below, ()))


def _objects(value: Any, path: Path) -> list[tuple[dict[str, Any], Path]]:
    """The object, or those of a list of any nesting, in order."""
    if isinstance(value, dict):
        return [(value, path)]
    objects: list[tuple[dict[str, Any], Path]] = []
    stack = [(value, path)]
    while stack:
        item, at = stack.pop()
        if isinstance(item, dict):
            objects.append((item, at))
        elif isinstance(item, list):
            stack.extend((child, (*at, index)) for index, child in reversed(list(enumerate(item))))
    return objects


def copy_of(value: Any) -> Any:
    """A value that shares no object and no list with this one."""
    if type(value) not in _NESTED:
        return value
    holder = [value]
    stack: list[tuple[Any, Any]] = [(holder, 0)]
    while stack:
        parent, key = stack.pop()
        item = parent[key]
        if isinstance(item, dict):
            parent[key] = dict(item)
            stack.extend((parent[key], name) for name in item)
        elif isinstance(item, list):
            parent[key] = list(item)
            stack.extend((parent[key], index) for index in range(len(item)))
    return holder[0]
