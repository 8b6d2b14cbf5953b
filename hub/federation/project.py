"""From the response tree to the client's answer: its order, its keys, its nulls, and nothing internal.

Aliases, conditions, type guards, values of enums that clients don't know, non-null propagation (GraphQL specification
§6.4.4). A denied field is null without an error. The guard, made by policy, says per marked object which keys are null or
that the object does not exist; errors under what it hides, or below internal fields, disappear with it.
Depth is that of the document, which its limits bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
)

from hub.document.conditions import resolve
from hub.document.operation import ACCESS_KEY, Field, Operation, Selections
from hub.errors import FieldFailed, Path
from hub.federation.execute import Answer

Guard = Callable[[int, Any, Path], frozenset[str] | None]
"""(mark, value of `_access`, path in the answer) → response keys to null; None: the object must disappear."""

_BUBBLE = object()  # a null where the type forbids it: the parent is null
_GONE = object()  # hidden by the guard: a list drops it, elsewhere it is null


def project(
    shape: Operation, answer: Answer, variables: Mapping[str, Any], schema: GraphQLSchema, guard: Guard | None
) -> tuple[dict[str, Any] | None, list[FieldFailed]]:
    """The client's data and errors. `schema` is the client schema; `variables` are those of `bind`."""
    root = resolve(shape.root, variables)
    projector = _Projector(schema, guard, answer.errors)
    data = projector.object(root, answer.data, (), ())
    kept = [error for each in answer.errors if (error := projector.client_error(root, each)) is not None]
    unique = {(error.path, error.code): error for error in (*kept, *projector.errors)}
    return (data if isinstance(data, dict) else None), list(unique.values())


@dataclass(slots=True)
class _Projector:
    schema: GraphQLSchema
    guard: Guard | None
    failures: tuple[FieldFailed, ...]
    errors: list[FieldFailed] = field(default_factory=list)
    hidden: set[Path] = field(default_factory=set)
    moved: dict[Path, int] = field(default_factory=dict)
    types: dict[str, dict[str, GraphQLOutputType]] = field(default_factory=dict)
    blamed: set[Path] = field(init=False)

    def __post_init__(self) -> None:
        paths = [each.path or () for each in self.failures]
        self.blamed = {path[:length] for path in paths for length in range(len(path) + 1)}

    def object(self, selections: Selections, value: dict[str, Any], path: Path, at: Path) -> Any:
        """`path` leads to the value in the tree, `at` in the answer: they differ once the guard dropped list items."""
        nulled: frozenset[str] = frozenset()
        if selections.mark is not None and self.guard is not None:
            verdict = self.guard(selections.mark, value.get(ACCESS_KEY), at)
            if verdict is None:
                self.hide(path)
                return _GONE
            nulled = verdict
        result: dict[str, Any] = {}
        fields = self.fields(selections.type)
        for each in selections.fields:
            key = each.key
            if each.name == "__typename":
                if not key.startswith("__") or key == "__typename":
                    result[key] = selections.type
                continue
            type_ = fields[each.name]
            if each.denied or key in nulled:
                self.hide((*path, key))
                found: Any = _BUBBLE if isinstance(type_, GraphQLNonNull) else None
            else:
                found = self.complete(type_, each, value.get(key), (*path, key), (*at, key))
            if found is _BUBBLE:
                return None
            result[key] = None if found is _GONE else found
        return result

    def fields(self, type_name: str) -> dict[str, GraphQLOutputType]:
        """Types of a concrete type's fields."""
        if type_name not in self.types:
            type_ = self.schema.type_map[type_name]
            if not isinstance(type_, GraphQLObjectType):
                raise TypeError(type_name)
            self.types[type_name] = {name: each.type for name, each in type_.fields.items()}
        return self.types[type_name]

    def hide(self, path: Path) -> None:
        """Nothing is told of this path, nor of a null above it that it causes."""
        self.hidden.add(path)
        self.blamed.update(path[:length] for length in range(len(path) + 1))

    def complete(self, type_: GraphQLOutputType, each: Field, value: Any, path: Path, at: Path) -> Any:
        """A value under its type: itself, None, `_BUBBLE` or `_GONE`."""
        if isinstance(type_, GraphQLNonNull):
            found = self.complete(type_.of_type, each, value, path, at)
            if found is None:
                self.blame(path, at)
                return _BUBBLE
            if found is _GONE and not isinstance(path[-1], int):
                return _BUBBLE
            return found
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return self.list(type_, each, value, path, at)
        if isinstance(type_, GraphQLEnumType):
            return value if isinstance(value, str) and value in type_.values else None
        if not each.selections:
            return value
        if not isinstance(value, dict):
            return None
        type_name = value.get("__typename")
        for selections in each.selections:
            if type_name == selections.type or (type_name is None and len(each.selections) == 1):
                return self.object(selections, value, path, at)
        return None

    def list(self, type_: GraphQLList[Any], each: Field, value: Any, path: Path, at: Path) -> Any:
        if not isinstance(value, list):
            return None
        result: list[Any] = []
        for index, item in enumerate(value):
            below = (*path, index)
            found = self.complete(type_.of_type, each, item, below, (*at, len(result)))
            if found is _BUBBLE:
                return None
            if found is _GONE:
                continue
            if index != len(result):
                self.moved[below] = len(result)
            result.append(found)
        return result

    def blame(self, path: Path, at: Path) -> None:
        """An error for a null that nothing explains yet."""
        if path not in self.blamed:
            self.blamed.update(path[:length] for length in range(len(path) + 1))
            self.errors.append(
                FieldFailed(
                    "NON_NULL_VIOLATED",
                    "Une source de données n'a pas fourni une valeur obligatoire : signalez-le.",
                    "null in a non-null position",
                    path=at,
                )
            )

    def client_error(self, root: Selections, error: FieldFailed) -> FieldFailed | None:
        """A failure under the client's path, cut where its own selection ends; None if it lies under something hidden."""
        path = error.path or ()
        level: tuple[Selections, ...] = (root,)
        cut: list[str | int] = []
        for length, step in enumerate(path, 1):
            if path[:length] in self.hidden:
                return None
            if isinstance(step, int):
                cut.append(self.moved.get(path[:length], step))
                continue
            found = [each for selections in level for each in selections.fields if each.key == step]
            if not found:
                break
            cut.append(step)
            level = tuple(selections for each in found for selections in each.selections)
        if not cut:
            return None
        return FieldFailed(error.code, error.message, error.detail, path=tuple(cut), extensions=error.extensions)
