"""From the response tree to the client's answer: its order, its keys, its nulls, and nothing internal.

Aliases, conditions, type guards, values of enums that clients don't know, non-null propagation (GraphQL specification
§6.4.4). A denied field is null without an error. The guard, made by policy, says per marked object which keys are null
or that the object does not exist; errors under what it hides, or below internal fields, disappear with it.
An answer without errors goes the short way of generated code (`generate`); what that finds unusual is projected here.
Depth is that of the document, which its limits bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, GraphQLSchema, is_abstract_type

from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.execute import Answer
from hub.federation.execution.generate import USUAL, Checks, Generated, generate
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape, Slot
from hub.federation.operations.operation import Operation, Selections
from schema.lru import Lru


class Guard(Checks, Protocol):
    """What policy says of marked objects, and notes of them."""

    def __call__(self, mark: int, value: Mapping[str, Any], path: Path) -> frozenset[str] | None:
        """(mark, object of the tree, path in the answer) → response keys to null; None: the object must disappear."""
        ...

    def restart(self) -> None:
        """Forget all objects: they are going to be shown again."""
        ...


MOST_SHAPES = 64
"""Values of an operation's conditions for which its projection is kept."""

MOST_BLAMED = 200
"""Errors of the projection's own in one answer."""

T = TypeVar("T")

_NESTED = frozenset({dict, list})
_BUBBLE = object()  # a null where the type forbids it: the parent is null
_GONE = object()  # hidden by the guard: a list drops it, elsewhere it is null


class Projection:
    """How the answers of one operation are made for the client. `schema` is the client schema.

    What is present depends on the operation's conditions alone: it is worked out once for each of their values. The
    shape, which weighs more than the code generated from it, is kept once an answer has needed the interpreter.
    `exact`: who answers gives values of the form of their types, `uniform`: objects of a list with the same keys in the
    same order; generated code then believes it.
    """

    def __init__(self, shape: Operation, schema: GraphQLSchema, *, exact: bool = False, uniform: bool = False) -> None:
        self._root, self._schema = shape.root, schema
        self._generate = partial(generate, exact=exact, uniform=uniform)
        self._conditions = sorted(_conditions(shape.root))
        self._generated: Lru[tuple[Any, ...], Generated] = Lru(MOST_SHAPES)
        self._shapes: Lru[tuple[Any, ...], Shape] = Lru(MOST_SHAPES)

    def project(
        self, answer: Answer, variables: Mapping[str, Any], guard: Guard | None
    ) -> tuple[dict[str, Any] | None, list[FieldFailure]]:
        """The client's data and errors; `variables` are those of `bind`."""
        if not answer.errors:
            generated = self._cached(self._generated, variables, self._generate)
            try:
                return generated(answer.data, guard), []
            except Unusual:
                if guard is not None:
                    guard.restart()
        return interpret(self.shape(variables), answer, guard)

    def shape(self, variables: Mapping[str, Any]) -> Shape:
        """What is present under these variables."""
        return self._cached(self._shapes, variables, lambda shape: shape)

    def _cached(self, cache: Lru[tuple[Any, ...], T], variables: Mapping[str, Any], make: Callable[[Shape], T]) -> T:
        conditions = tuple([variables.get(name) for name in self._conditions])
        cached = cache.get(conditions)
        if cached is None:
            shape = Shape((self._root,), self._schema, dict(zip(self._conditions, conditions, strict=True)))
            cached = cache.put(conditions, make(shape))
        return cached


def interpret(shape: Shape, answer: Answer, guard: Guard | None) -> tuple[dict[str, Any] | None, list[FieldFailure]]:
    """The client's data and errors, whatever came."""
    projector = _Projector(guard, answer.errors)
    data = projector.object(shape, answer.data, (), ())
    return (data if isinstance(data, dict) else None), projector.told(shape.selected[0], answer.data)


def _conditions(root: Selections) -> set[str]:
    found: set[str] = set()
    stack = [root]
    while stack:
        for each in stack.pop().fields:
            found.update(condition.variable for condition in each.conditions)
            stack.extend(each.selections)
    return found


@dataclass(slots=True)
class _Projector:
    guard: Guard | None
    failures: tuple[FieldFailure, ...]
    errors: list[FieldFailure] = field(default_factory=list)
    hidden: set[Path] = field(default_factory=set)
    moved: dict[Path, int] = field(default_factory=dict)
    blamed: set[Path] = field(init=False)

    def __post_init__(self) -> None:
        paths = [each.path or () for each in self.failures]
        self.blamed = {path[:length] for path in paths for length in range(len(path) + 1)}

    def object(self, shape: Shape, value: dict[str, Any], path: Path, at: Path) -> Any:
        """`path` leads to the value in the tree, `at` in the answer: they differ once the guard dropped list items, and
        are one object until then.

        Each selection has its own mark, and a key that any mark's verdict nulls is null.
        """
        nulled: frozenset[str] = frozenset()
        for selections in shape.selected:
            if selections.mark is not None:
                verdict = None if self.guard is None else self.guard(selections.mark, value, at)
                if verdict is None:
                    self.hide(path)
                    return _GONE
                nulled |= verdict
        result: dict[str, Any] = {}
        for slot in shape.slots:
            key = slot.key
            if slot.leaf and key not in nulled:
                found: Any = value.get(key)
                if slot.values is not None and (type(found) is not str or found not in slot.values):
                    found = None
                if type(found) not in _NESTED and (found is not None or not slot.required):
                    result[key] = found
                    continue
            if slot.type is None:
                result[key] = shape.type
                continue
            below = (*path, key)
            if slot.denied or key in nulled:
                self.hide(below)
                found = _BUBBLE if slot.required else None
            else:
                found = self.complete(slot.type, slot, value.get(key), below, below if at is path else (*at, key))
            if slot.internal:
                continue
            if found is _BUBBLE:
                return None
            result[key] = None if found is _GONE else found
        return result

    def hide(self, path: Path) -> None:
        """Nothing is told of this path, nor of a null above it that it causes."""
        self.hidden.add(path)
        self.blamed.update(path[:length] for length in range(len(path) + 1))

    def complete(self, type_: GraphQLOutputType, slot: Slot, value: Any, path: Path, at: Path) -> Any:
        """A value under its type: itself, None, `_BUBBLE` or `_GONE`."""
        if isinstance(type_, GraphQLNonNull):
            found = self.nullable(type_.of_type, slot, value, path, at)
            if found is None:
                self.blame(path, at, "NON_NULL_VIOLATED", "null in a non-null position")
                return _BUBBLE
            return _BUBBLE if found is _GONE and not isinstance(path[-1], int) else found
        return self.nullable(type_, slot, value, path, at)

    def nullable(self, type_: GraphQLOutputType, slot: Slot, value: Any, path: Path, at: Path) -> Any:
        """The same where the type allows null."""
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return self.items(type_, slot, value, path, at)
        if isinstance(type_, GraphQLEnumType):
            return value if isinstance(value, str) and value in type_.values else None
        if not slot.below:
            if type(value) not in _NESTED or str(type_) not in USUAL:
                return value
            self.blame(path, at, "SUBGRAPH_MALFORMED", "no scalar where one is declared")
            return None
        if not isinstance(value, dict):
            return None
        type_name = value.get("__typename")
        if len(slot.below) == 1:
            (shape,) = slot.below.values()
            unasked = not is_abstract_type(type_) and all(each.type is not None for each in shape.slots)
            if type_name is None or unasked:
                return self.object(shape, value, path, at)
        known = slot.below.get(type_name) if isinstance(type_name, str) else None
        return self.object(known, value, path, at) if known is not None else None

    def items(self, type_: GraphQLList[Any], slot: Slot, value: Any, path: Path, at: Path) -> Any:
        if not isinstance(value, list):
            return None
        result: list[Any] = []
        for index, item in enumerate(value):
            below = (*path, index)
            here = below if at is path and index == len(result) else (*at, len(result))
            found = self.complete(type_.of_type, slot, item, below, here)
            if found is _BUBBLE:
                return None
            if found is _GONE:
                continue
            if index != len(result):
                self.moved[below] = len(result)
            result.append(found)
        return result

    def blame(self, path: Path, at: Path, code: str, problem: str) -> None:
        """An error for a null that nothing explains yet."""
        if path not in self.blamed and len(self.errors) < MOST_BLAMED:
            self.blamed.update(path[:length] for length in range(len(path) + 1))
            self.errors.append(FieldFailure(code, problem, path=at))

    def told(self, root: Selections, data: Any) -> list[FieldFailure]:
        """All errors, each once; one of an internal field only if none below its object speaks for it."""
        whole: dict[tuple[Path, str], FieldFailure] = {}
        cut: list[FieldFailure] = []
        for each in self.failures:
            error = self.client_error(root, data, each)
            if error is not None and len(error.path or ()) == len(each.path or ()):
                whole[error.path or (), error.code] = error
            elif error is not None:
                cut.append(error)
        whole.update(((error.path or (), error.code), error) for error in self.errors)
        spoken = {path[:length] for path, _ in whole for length in range(len(path) + 1)}
        whole.update(((error.path or (), error.code), error) for error in cut if error.path not in spoken)
        return list(whole.values())

    def client_error(self, root: Selections, data: Any, error: FieldFailure) -> FieldFailure | None:
        """A failure under the client's path, cut where the selection ends, or the items that came: whatever else a
        subgraph writes there is no place. None if it lies under something hidden."""
        path = error.path or ()
        level: tuple[Selections, ...] = (root,)
        cut: list[str | int] = []
        for length, step in enumerate(path, 1):
            if path[:length] in self.hidden:
                return None
            if isinstance(step, int):
                if type(data) is not list or not 0 <= step < len(data):
                    break
                data = data[step]
                cut.append(self.moved.get(path[:length], step))
                continue
            data = data.get(step) if type(data) is dict else None
            found = [each for selections in level for each in selections.fields if each.key == step]
            if not found:
                break
            cut.append(step)
            level = tuple(selections for each in found for selections in each.selections)
        if not cut:
            return None
        return FieldFailure(error.code, error.message, error.parameters, path=tuple(cut))
