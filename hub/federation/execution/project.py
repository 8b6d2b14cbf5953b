"""Projection of the response tree to the client's answer: its order, its keys, its nulls, and nothing internal.

Handles aliases, conditions, type guards and non-null propagation (GraphQL specification §6.4.4). A value that is not of
its declared type, or that a subgraph left out, is null with an error: SUBGRAPH_MALFORMED, never the value. A denied
field is null without an error. The guard, made by policy, says per marked object which
keys are null or that the object does not exist; errors under hidden paths, or below internal fields, disappear too.
An object whose facts did not come is hidden as any other, with an error at its field: a failure is no absence.
An answer without errors is projected by generated code (`generate`), and here where that finds it unusual. Depth is
that of the document, which its limits bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Protocol, TypeAlias, TypeVar

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, GraphQLSchema, is_abstract_type

from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.absences import Absences
from hub.federation.execution.execute import Answer
from hub.federation.execution.generate import Checks, Generated, generate
from hub.federation.execution.leaf_values import INVALID
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape, Slot, completion
from hub.federation.operations.operation import ACCESS_KEY, Operation, Selections
from schema.lru import Lru


class Guard(Checks, Protocol):
    """The verdicts of policy on marked objects."""

    def __call__(self, mark: int, value: Mapping[str, Any], path: Path) -> frozenset[str] | None:
        """(mark, object of the tree, path in the answer) → response keys to null; None: the object must disappear."""
        ...

    def restart(self) -> None:
        """Forget all objects: they are projected again."""
        ...


GENERATED_BYTES, SHAPE_BYTES = 16 * 1024 * 1024, 4 * 1024 * 1024
"""Memory for the generated code of all operations, and for their shapes."""
CODE_BASE, CODE_PER_FIELD = 6_000, 2_000
"""Memory of generated code, in bytes: measured at 5 KB for one field and 0.4 to 1.9 KB for each further one."""
SHAPE_PER_FIELD = 1_000

MAX_ERRORS = 200
"""Errors that the projection itself adds to one answer."""

T = TypeVar("T")

_BUBBLE = object()  # a null where the type forbids it: the parent is null
_GONE = object()  # hidden by the guard: a list drops it, elsewhere it is null


class Projection:
    """The projection of one operation's answers; `schema` is the client schema.

    The response shape depends on the operation's conditions alone, so code is generated once per their values. The
    shape itself, larger than its code, is cached once an answer needed the interpreter. `exact`: values have the form
    of their types; `uniform`: objects of a list have the same keys in the same order; generated code relies on both.
    """

    def __init__(self, shape: Operation, schema: GraphQLSchema, *, exact: bool = False, uniform: bool = False) -> None:
        self._root, self._schema = shape.root, schema
        conditions, self._fields = _conditions(shape.root)
        self._generate = partial(generate, exact=exact, uniform=uniform, fields=self._fields)
        self._conditions = sorted(conditions)
        self._number = next(_NUMBERS)

    def project(
        self, answer: Answer, variables: Mapping[str, Any], guard: Guard | None
    ) -> tuple[dict[str, Any] | None, list[FieldFailure]]:
        """The client's data and errors; `variables` are those of `bind`."""
        if not answer.errors:
            generated = self._cached(_GENERATED, variables, self._generate)
            try:
                return generated(answer.data, guard), []
            except Unusual:
                if guard is not None:
                    guard.restart()
        return interpret(self.shape(variables), answer, guard)

    def is_generated(self, variables: Mapping[str, Any]) -> bool:
        """Whether the code for these variables is there, so that an answer is projected at once."""
        return _GENERATED.get(self.key(variables)) is not None

    def generate(self, variables: Mapping[str, Any]) -> Generated:
        """The code for these variables, for `keep`; may be called in any thread."""
        return self._generate(self._shape(self.key(variables)))

    def keep(self, variables: Mapping[str, Any], generated: Generated) -> None:
        """Cache the code for these variables."""
        _GENERATED.put(self.key(variables), generated)

    def shape(self, variables: Mapping[str, Any]) -> Shape:
        """The response shape under these variables."""
        return self._cached(_SHAPES, variables, lambda shape: shape)

    def _cached(self, cache: Lru[Key, T], variables: Mapping[str, Any], make: Callable[[Shape], T]) -> T:
        key = self.key(variables)
        cached = cache.get(key)
        return cached if cached is not None else cache.put(key, make(self._shape(key)))

    def key(self, variables: Mapping[str, Any]) -> Key:
        """The key of the code and shape for these variables."""
        return self._number, self._fields, tuple([variables.get(name) for name in self._conditions])

    def _shape(self, key: Key) -> Shape:
        return Shape((self._root,), self._schema, dict(zip(self._conditions, key[2], strict=True)))


Key: TypeAlias = tuple[int, int, tuple[Any, ...]]
"""The number of a projection, how many fields it has, the values of its conditions."""
_NUMBERS = count()
_GENERATED: Lru[Key, Generated] = Lru(
    "generated code", GENERATED_BYTES, lambda key, _: CODE_BASE + CODE_PER_FIELD * key[1]
)
_SHAPES: Lru[Key, Shape] = Lru("answer shapes", SHAPE_BYTES, lambda key, _: CODE_BASE + SHAPE_PER_FIELD * key[1])
"""Those of all projections share one bound; what is cached of a projection may outlive it."""


def interpret(shape: Shape, answer: Answer, guard: Guard | None) -> tuple[dict[str, Any] | None, list[FieldFailure]]:
    """The client's data and errors, whatever the answer holds."""
    projector = _Projector(guard, answer.errors, answer.absences)
    data = projector.object(shape, answer.data, (), ())
    return (data if isinstance(data, dict) else None), projector.client_errors(shape.selected[0], answer.data)


def _conditions(root: Selections) -> tuple[set[str], int]:
    """The variables of an operation's conditions, and the number of its fields."""
    variables: set[str] = set()
    stack, fields = [root], 0
    while stack:
        for selected in stack.pop().fields:
            fields += 1
            variables.update(condition.variable for condition in selected.conditions)
            stack.extend(selected.selections)
    return variables, fields


ErrorKey: TypeAlias = tuple[Path, str, str]
"""What tells an error from the others, which is told once: its path, its code, and the argument at fault, if any."""


def _key(error: FieldFailure) -> ErrorKey:
    return error.path or (), error.code, error.parameters.get("input", "")


def _place(key: ErrorKey) -> tuple[tuple[tuple[bool, int, str], ...], str, str]:
    """What orders an error among the others."""
    path, code, argument = key
    steps = tuple((False, step, "") if isinstance(step, int) else (True, 0, step) for step in path)
    return steps, code, argument


@dataclass(slots=True, repr=False)
class _Projector:
    guard: Guard | None
    failures: tuple[FieldFailure, ...]
    absences: Absences
    errors: list[FieldFailure] = field(default_factory=list)
    hidden: set[Path] = field(default_factory=set)
    undecided: set[Path] = field(default_factory=set)
    """Hidden objects without facts."""
    moved: dict[Path, int] = field(default_factory=dict)
    blamed: set[Path] = field(init=False)
    silent: int = 0
    """Above 0 below an internal field, of which no error is told."""
    lenient: int = 0
    """Above 0 below a field that is absent for a known reason from one of its subgraphs."""

    def __post_init__(self) -> None:
        paths = [failure.path or () for failure in self.failures]
        self.blamed = {path[:length] for path in paths for length in range(len(path) + 1)}

    def object(self, shape: Shape, value: dict[str, Any], path: Path, at: Path) -> Any:
        """The projected object. `path` leads to it in the tree, `at` in the answer: they differ once the guard dropped
        list items, and are one object until then.

        Each selection has its own mark; a key that any mark's verdict nulls is null.
        """
        nulled: frozenset[str] = frozenset()
        for selections in shape.selected:
            if selections.mark is not None:
                verdict = None if self.guard is None else self.guard(selections.mark, value, at)
                if verdict is None:
                    self.hide(path)
                    if ACCESS_KEY not in value:
                        self.undecided.add(path)
                    return _GONE
                nulled |= verdict
        result: dict[str, Any] = {}
        absent = self.absences.keys(value)
        for slot in shape.slots:
            key = slot.key
            if slot.leaf and key not in nulled:
                result_value: Any = value.get(key)
                if result_value is not None:
                    result_value = slot.complete(result_value)
                    if result_value is not INVALID:
                        result[key] = result_value
                        continue
                elif key in value and not slot.required:
                    result[key] = None
                    continue
            if slot.type is None:
                result[key] = shape.type
                continue
            below = (*path, key)
            if slot.denied or key in nulled:
                self.hide(below)
                result_value = _BUBBLE if slot.required else None
            else:
                below_answer = below if at is path else (*at, key)
                self.silent += slot.internal
                self.lenient += key in absent
                if key not in value and not self.lenient:
                    self.reject(below, below_answer)
                result_value = self.complete(slot.type, slot, value.get(key), below, below_answer)
                self.lenient -= key in absent
                self.silent -= slot.internal
            if result_value is _BUBBLE:
                if slot.internal:
                    self.reject(path, at)
                return None
            if slot.internal:
                continue
            result[key] = None if result_value is _GONE else result_value
        return result

    def hide(self, path: Path) -> None:
        """Leave out errors of this path, and of a null above that it causes."""
        self.hidden.add(path)
        self.blamed.update(path[:length] for length in range(len(path) + 1))

    def complete(self, type_: GraphQLOutputType, slot: Slot, value: Any, path: Path, at: Path) -> Any:
        """The projected value of a type: data, None, `_BUBBLE` or `_GONE`."""
        if isinstance(type_, GraphQLNonNull):
            completed = self.nullable(type_.of_type, slot, value, path, at)
            if completed is None:
                self.blame(path, at, "NON_NULL_VIOLATED", "null in a non-null position")
                return _BUBBLE
            return _BUBBLE if completed is _GONE and not isinstance(path[-1], int) else completed
        return self.nullable(type_, slot, value, path, at)

    def nullable(self, type_: GraphQLOutputType, slot: Slot, value: Any, path: Path, at: Path) -> Any:
        """The projected value of a nullable type."""
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return self.items(type_, slot, value, path, at)
        if not slot.below and not is_abstract_type(type_):
            completed = completion(type_)(value)
            return self.reject(path, at) if completed is INVALID else completed
        if not isinstance(value, dict):
            return self.reject(path, at)
        type_name = value.get("__typename")
        if len(slot.below) == 1:
            (shape,) = slot.below.values()
            static = not is_abstract_type(type_) and all(inner.type is not None for inner in shape.slots)
            if type_name is None or static:
                return self.object(shape, value, path, at)
        member = slot.below.get(type_name) if isinstance(type_name, str) else None
        if member is not None:
            return self.object(member, value, path, at)
        explained = type_name is None and (self.lenient or "__typename" in self.absences.keys(value))
        return None if explained else self.reject(path, at)

    def items(self, type_: GraphQLList[Any], slot: Slot, value: Any, path: Path, at: Path) -> Any:
        if not isinstance(value, list):
            return self.reject(path, at)
        result: list[Any] = []
        for index, item in enumerate(value):
            below = (*path, index)
            answer_path = below if at is path and index == len(result) else (*at, len(result))
            completed = self.complete(type_.of_type, slot, item, below, answer_path)
            if completed is _BUBBLE:
                return None
            if completed is _GONE:
                continue
            if index != len(result):
                self.moved[below] = len(result)
            result.append(completed)
        return result

    def reject(self, path: Path, at: Path) -> None:
        """Add an error for a value that a subgraph left out, or that is not of its declared type: it is null."""
        self.blame(path, at, "SUBGRAPH_MALFORMED", "no value of the declared type")

    def blame(self, path: Path, at: Path, code: str, problem: str) -> None:
        """Add an error for a null that no other error explains."""
        if not self.silent and path not in self.blamed and len(self.errors) < MAX_ERRORS:
            self.blamed.update(path[:length] for length in range(len(path) + 1))
            self.errors.append(FieldFailure(code, problem, path=at))

    def client_errors(self, root: Selections, data: Any) -> list[FieldFailure]:
        """All errors, each once and in the order of their paths, whichever subgraph answered first; an error cut to an
        object's path only if no other error lies below that object."""
        whole: dict[ErrorKey, FieldFailure] = {}
        cut: list[FieldFailure] = []
        for failure in self.failures:
            error = self.client_error(root, data, failure)
            if error is not None and len(error.path or ()) == len(failure.path or ()):
                whole[_key(error)] = error
            elif error is not None:
                cut.append(error)
        whole.update((_key(error), error) for error in self.errors)
        covered = {path[:length] for path, *_ in whole for length in range(len(path) + 1)}
        whole.update((_key(error), error) for error in cut if error.path not in covered)
        return [whole[key] for key in sorted(whole, key=_place)]

    def client_error(self, root: Selections, data: Any, error: FieldFailure) -> FieldFailure | None:
        """A failure under the client's path, cut where the selection or the items end; None under a hidden path.

        What a subgraph's path holds beyond that is no place in the answer.
        """
        path = error.path or ()
        level: tuple[Selections, ...] = (root,)
        cut: list[str | int] = []
        for length, step in enumerate(path, 1):
            if path[:length] in self.hidden and not (
                path[length:] == (ACCESS_KEY,) and path[:length] in self.undecided
            ):
                return None
            if isinstance(step, int):
                if type(data) is not list or not 0 <= step < len(data):
                    break
                data = data[step]
                cut.append(self.moved.get(path[:length], step))
                continue
            data = data.get(step) if type(data) is dict else None
            matching = [selected for selections in level for selected in selections.fields if selected.key == step]
            if not matching:
                break
            cut.append(step)
            level = tuple(selections for selected in matching for selections in selected.selections)
        if not cut:
            return None
        return FieldFailure(error.code, error.message, error.parameters, path=tuple(cut))
