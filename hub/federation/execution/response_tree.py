"""The response tree: finding objects in it and merging answers into it, with loops over plain dicts and lists.

Null wins: where one subgraph says null, no other's value stands (closed by default).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.federation.errors import Path
from hub.federation.execution.representation_collector import Collected
from hub.federation.planning.query_plan import Rename
from hub.federation.planning.search_state import Segment


def objects_at(
    root: dict[str, Any], path: tuple[Segment, ...], type_name: str | None = None
) -> Iterator[tuple[dict[str, Any], Path]]:
    """Objects that a response path leads to, in order, with their own paths. Lists are entered; an object whose
    `__typename` is there and is another than the path's is passed over."""
    found: list[tuple[dict[str, Any], Path]] = [(root, ())]
    for type_, key in path:
        below: list[tuple[dict[str, Any], Path]] = []
        for value, at in found:
            if value.get("__typename", type_) == type_:
                below.extend(_objects(value.get(key), (*at, key)))
        found = below
    for value, at in found:
        if type_name is None or value.get("__typename", type_name) == type_name:
            yield value, at


def object_above(root: dict[str, Any], path: Path, depth: int) -> dict[str, Any]:
    """The object on an object's own path that so many response keys lead to; of none, the root."""
    value: Any = root
    for step in path:
        if isinstance(step, str):
            if depth == 0:
                break
            depth -= 1
        value = value[step]
    found: dict[str, Any] = value
    return found


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
            known = into[key]
            if value is None:
                into[key] = None
            elif known is not value and _mergeable(known, value):
                stack.append((known, value))


def merge_collected(
    collected: Collected, entities: Sequence[dict[str, Any] | None], renames: tuple[Rename, ...], *, placed: bool
) -> None:
    """Merge each entity into the objects that it was asked for; those that a later source found get copies, and if
    `placed` all but the first."""
    for entity in entities if renames else ():
        if entity is not None:
            rename(entity, renames)
    flat = [entity is not None and _NESTED.isdisjoint(map(type, entity.values())) for entity in entities]
    given: set[int] = set()
    for number, found in enumerate(collected.found):
        for index, value in found:
            entity = entities[index]
            if entity is None:
                continue
            if not flat[index]:
                merge_into(value, entity, copied=collected.first[index] != number or (placed and index in given))
                given.add(index)
            elif value.keys().isdisjoint(entity):
                value.update(entity)
            else:
                value.update({key: each for key, each in entity.items() if each is None or key not in value})


_NESTED = {dict, list}


def _mergeable(known: Any, value: Any) -> bool:
    if isinstance(known, list) and isinstance(value, list):
        return len(known) == len(value)
    return isinstance(known, dict) and isinstance(value, dict)


def rename(answer: dict[str, Any], renames: tuple[Rename, ...]) -> None:
    """Put aliased values of a subgraph's answer under their response keys; deepest paths are listed last."""
    for each in reversed(renames):
        for value, _ in objects_at(answer, each.path, each.type):
            if each.sent in value:
                value[each.key] = value.pop(each.sent)


def _objects(value: Any, path: Path) -> list[tuple[dict[str, Any], Path]]:
    """The object, or those of a list of any nesting, in order."""
    if isinstance(value, dict):
        return [(value, path)]
    found: list[tuple[dict[str, Any], Path]] = []
    stack = [(value, path)]
    while stack:
        item, at = stack.pop()
        if isinstance(item, dict):
            found.append((item, at))
        elif isinstance(item, list):
            stack.extend((each, (*at, index)) for index, each in reversed(list(enumerate(item))))
    return found


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
