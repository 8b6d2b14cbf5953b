"""The fast projection: one Python function per selection set, generated and compiled once per operation.

For a complete answer without errors it returns what the interpreter (`project`) returns, legal nulls and those of the
guard included. On anything else it raises `Unusual`, and the interpreter projects again. Only response keys and type
names (as literals) and numbers of ours enter the source. A differential test compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)

from hub.federation.execution.leaf_values import COMPLETE, LARGEST_INT
from hub.federation.execution.projection_runtime import (
    Verdicts,
    checked_list,
    completed,
    completer,
    leaves,
    note_each,
    note_uniform,
    unusual,
    without_access,
)
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape, Slot, completion
from hub.federation.operations.operation import ACCESS_KEY


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Marks, each with the response keys that are fetched of its objects; equal to itself alone."""

    keys_by_mark: tuple[tuple[int, frozenset[str]], ...]


class Checks(Protocol):
    """The part of a guard that the fast projection uses."""

    @property
    def noted(self) -> dict[Any, int]:
        """The bits of the verdicts so far by subject, 0 for a new subject."""
        ...

    def verdicts(self, marked: Marked) -> Sequence[Verdicts]:
        """The verdicts on the objects of each mark."""
        ...


Generated = Callable[[Mapping[str, Any], Checks | None], dict[str, Any]]

LONG = 8
"""Number of objects from which on a list is checked as a whole."""

INLINE = 6
"""Levels of nested objects that are written inline; deeper ones are functions."""
FLAT = INLINE + 1
"""Depth of code that is seldom run: there, and in the functions that it calls, each object is a function of its own, so
that code does not grow faster than its document."""


MOST_INLINE = 400
"""Fields of an operation up to which each value is checked where it stands. Of more, leaves are checked by functions,
objects of lists one by one, and objects with marks by one function whatever their verdict: that is slower to run, and
three times quicker to compile."""

USUAL = MappingProxyType({"Boolean": bool, "Float": float, "ID": str, "Int": int, "String": str})
"""Built-in scalars, and the Python type that their values usually have: any value of it is one, but for Int, which has
32 bits."""

_STR = {str}


def generate(root: Shape, *, exact: bool = False, uniform: bool = False, fields: int = 0) -> Generated:
    """The projection of one shape. `exact`: each value has the form of its type; `uniform`: the objects of a list have
    the same keys in the same order; `fields`: the number of fields of the operation."""
    source = _Source(exact, exact and uniform, fields > MOST_INLINE)
    entry = source.function(root)
    environment: dict[str, Any] = {
        "__builtins__": {"bool": bool, "dict": dict, "float": float, "int": int, "len": len, "str": str, "type": type},
        "note_uniform": note_uniform,
        "note_each": note_each,
        "unusual": unusual,
        "checked_list": checked_list,
        "completed": completed,
        "leaves": leaves,
        "without_access": without_access,
        **source.constants,
    }
    lines = ["def build():", *(f" {line}" for line in source.lines), f" return {entry}"]
    exec(compile("\n".join(lines), "<projection>", "exec"), environment)  # noqa: S102
    # a function in its own globals is a reference cycle: it would outlive its plan until a full garbage collection
    function: Callable[[Any, Any], dict[str, Any]] = environment.pop("build")()
    marked = Marked(tuple(source.marks))

    def project(data: Mapping[str, Any], guard: Checks | None) -> dict[str, Any]:
        try:
            if guard is None:
                if marked.keys_by_mark:  # without a guard nothing marked may be read
                    raise Unusual
                return function(data, ())
            noted = guard.noted
            answer = function(data, (noted, *guard.verdicts(marked)))
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # an absent key, a value of another form
            raise Unusual from error
        if not _STR.issuperset(map(type, noted)):  # an object without a subject
            raise Unusual
        return answer

    return project


@dataclass
class _Source:
    """Source code under construction: its lines, constants by name, the position of each mark's verdicts (`noted` is
    first), function names by identity of the shape, flat or not, names of the functions that complete leaves."""

    exact: bool
    uniform: bool
    compact: bool
    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    marks: dict[tuple[int, frozenset[str]], int] = field(default_factory=dict)
    functions: dict[tuple[int, bool], str] = field(default_factory=dict)
    completers: dict[tuple[str, bool], str] = field(default_factory=dict)
    names: int = 0

    def name(self, prefix: str) -> str:
        """A new name."""
        self.names += 1
        return f"{prefix}{self.names}"

    def constant(self, value: Any) -> str:
        """The name of a constant with this value."""
        name = self.name("K")
        self.constants[name] = value
        return name

    def function(self, shape: Shape, *, flat: bool = False) -> str:
        """The name of the function (object, noted and verdicts) → projected object, written at its first use.

        An object is projected in more than one place: inline, nested objects would double the code at each level.
        """
        existing = self.functions.get((id(shape), flat))
        if existing is not None:
            return existing
        name = self.functions[id(shape), flat] = self.name("f")
        marks = _marks(shape)
        body = [f"def {name}(v, g):", *self.verdict_lines(shape, "v", " ")]
        for slot in (slot for slot in shape.slots if slot.internal):
            value = self.value(slot, FLAT, "v")
            body.append(f" {slot.key!r} in n or {value}" if marks else f" {value}")
        if marks and self.compact:
            self.lines += [*body, f" return {self.entries(shape, FLAT, 'v', nulled=True)}"]
            return name
        if marks:
            body.append(f" if n: return {self.entries(shape, FLAT, 'v', nulled=True)}")
        before: list[str] = []
        display = self.entries(shape, FLAT, "v") if flat else self.entries(shape, 1, "v", before)
        self.lines += [*body, *(f" {line}" for line in before), f" return {display}"]
        return name

    def verdict_lines(self, shape: Shape, var: str, indent: str) -> list[str]:
        """Statements that look up and note the verdicts on the object named `var`; `n` are its keys to null."""
        marks = [self.verdicts(mark, shape) for mark in _marks(shape)]
        if not marks:
            return []
        lines = [
            f"s, a = {var}[{ACCESS_KEY!r}]",
            "if type(a) is not int: unusual()",
            f"n, b = {marks[0]}[a]",
            *(f"m, c = {more}[a]; n |= m; b |= c" for more in marks[1:]),
            "g[0][s] |= b",
        ]
        return [indent + line for line in lines]

    def verdicts(self, mark: int, shape: Shape) -> str:
        """The verdicts on one mark's objects."""
        return f"g[{self.marks.setdefault((mark, shape.fetched), len(self.marks) + 1)}]"

    def entries(
        self,
        shape: Shape,
        depth: int,
        var: str,
        before: list[str] | None = None,
        *,
        nulled: bool = False,
        checked: bool = False,
    ) -> str:
        """The dict display of the object named `var`; with `nulled`, keys of the set `n` are null.

        Statements that must run first are added to `before`, if it is given; `checked`: the single objects right below
        have been noted already.
        """
        entries = []
        for slot in shape.slots:
            if slot.internal:
                continue
            value = (
                self.typename(shape, var)
                if slot.type is None
                else self.value(slot, depth, var, before, checked=checked)
            )
            if nulled and slot.type is not None and not slot.denied:
                value = f"({'unusual()' if slot.required else 'None'} if {slot.key!r} in n else {value})"
            entries.append(f"{slot.key!r}: {value}")
        return "{" + ", ".join(entries) + "}"

    def typename(self, shape: Shape, var: str) -> str:
        """The type of the object named `var`, which is unusual if its `__typename` is another."""
        return f"({shape.type!r} if {var}.get('__typename', {shape.type!r}) == {shape.type!r} else unusual())"

    def value(self, slot: Slot, depth: int, var: str, before: list[str] | None = None, *, checked: bool = False) -> str:
        """The projected value of a response key of the object named `var`."""
        if slot.denied:
            return "unusual()" if slot.required else "None"
        assert slot.type is not None
        return self.complete(slot.type, slot, f"{var}[{slot.key!r}]", depth, before, checked=checked)

    def complete(
        self,
        type_: GraphQLOutputType,
        slot: Slot,
        read: str,
        depth: int,
        before: list[str] | None = None,
        *,
        checked: bool = False,
    ) -> str:
        """A value under its type; the expression `read` reads it."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        null = "None" if inner is type_ else "unusual()"
        name = self.name("x")
        if isinstance(inner, GraphQLList):
            return f"({null} if ({name} := {read}) is None else {self.items(inner.of_type, slot, name, depth)})"
        if is_leaf_type(inner) and self.compact:
            return self.compact_leaf(inner, read, required=inner is not type_)
        if isinstance(inner, GraphQLEnumType):
            values = frozenset((*inner.values, *(() if inner is not type_ else (None,))))
            return f"({name} if ({name} := {read}) in {self.constant(values)} else unusual())"
        if is_abstract_type(inner):
            return f"({null} if ({name} := {read}) is None else {self.member(slot, name)})"
        if not slot.below:
            return self.leaf(inner, read, name, required=inner is not type_)
        (shape,) = slot.below.values()
        internal = any(inner_slot.internal for inner_slot in shape.slots)
        if depth >= INLINE or internal or (self.compact and _marks(shape)):
            value = f"{self.function(shape, flat=depth == FLAT)}({name}, g)"
        elif before is not None:
            before += self.statements(shape, read, name, null, depth)
            return name
        elif _marks(shape) and not (checked and _single(slot)):
            value = f"{self.function(shape)}({name}, g)"
        else:
            value = self.entries(shape, depth + 1, name)
        if not _reads(shape):
            value = f"({value} if type({name}) is dict else unusual())"
        return f"({null} if ({name} := {read}) is None else {value})"

    def statements(self, shape: Shape, read: str, name: str, null: str, depth: int) -> list[str]:
        """Statements that project an object in place, without a function of its own."""
        inner: list[str] = []
        display = self.entries(shape, depth + 1, name, inner)
        inner.append(f"{name} = {display}")
        verdict_lines = self.verdict_lines(shape, name, " ")
        if verdict_lines:
            inner = [
                f"if n: {name} = {self.function(shape, flat=True)}({name}, g)",
                "else:",
                *(f" {line}" for line in inner),
            ]
        otherwise = [] if null == "None" else [f"else: {null}"]
        return [
            f"{name} = {read}",
            f"if {name} is not None:",
            *verdict_lines,
            *(f" {line}" for line in inner),
            *otherwise,
        ]

    def leaf(self, type_: GraphQLOutputType, read: str, name: str, *, required: bool) -> str:
        """A scalar's value, which for a built-in scalar is one of its own; the usual ones are checked without a
        call."""
        usual = USUAL.get(str(type_))
        if usual is None or self.exact:
            return f"({name} if ({name} := {read}) is not None else unusual())" if required else read
        bounds = f" and {-LARGEST_INT - 1} <= {name} <= {LARGEST_INT}" if usual is int else ""
        null = "" if required else f" or {name} is None"
        otherwise = f"completed({self.constant(COMPLETE[str(type_)])}, {name})"
        return f"({name} if type({name} := {read}) is {usual.__name__}{bounds}{null} else {otherwise})"

    def compact_leaf(self, type_: GraphQLOutputType, read: str, *, required: bool) -> str:
        """A leaf's value in as little code as there is."""
        if self.exact and not required and not isinstance(type_, GraphQLEnumType):
            return read
        name = self.completers.get((str(type_), required))
        if name is None:
            name = self.completers[str(type_), required] = self.constant(
                completer(completion(type_), required=required)
            )
        return f"{name}({read})"

    def items(self, type_: GraphQLOutputType, slot: Slot, name: str, depth: int) -> str:
        """The items of a list that is not null."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        usual = None if self.exact else USUAL.get(str(inner))
        if usual in (bool, str) and str(inner) != "ID":
            types = frozenset((usual, *((type(None),) if inner is type_ else ())))
            return f"leaves({name}, {self.constant(types)})"
        composite = isinstance(inner, GraphQLList | GraphQLEnumType) or is_abstract_type(inner)
        if not slot.below and usual is None and not composite:
            return (
                f"checked_list({name})"
                if inner is type_
                else f"({name} if None not in checked_list({name}) else unusual())"
            )
        item = self.name("i")
        one_by_one = f"[{self.complete(type_, slot, item, depth)} for {item} in checked_list({name})]"
        shape = next(iter(slot.below.values())) if len(slot.below) == 1 and not is_abstract_type(inner) else None
        if self.compact or shape is None or depth >= INLINE or isinstance(inner, GraphQLList):
            return one_by_one
        marks = _marks(shape)
        if len(marks) > 1 or any(below.internal for below in shape.slots):
            return one_by_one
        copied = self.copied(shape, item, name, marked=bool(marks))
        if not marks:
            return f"(len(checked_list({name})) >= {LONG} and {copied} or {one_by_one})" if copied else one_by_one
        whole = f"[{self.entries(shape, depth + 1, item, checked=True)} for {item} in {name}]"
        whole = f"(len({name}) >= {LONG} and {copied} or {whole})" if copied else whole
        return f"({self.all_noted(shape, name)} and {whole} or {one_by_one})"

    def all_noted(self, shape: Shape, name: str) -> str:
        """Whether the objects of a list, and the single ones right below them, have no key to null; they are noted."""
        item, below = self.name("i"), self.name("x")
        tests = [self.noted(shape, name)]  # a value that is no list is not noted here
        for slot in filter(_single, shape.slots):
            objects = f"[{below} for {item} in {name} if ({below} := {item}[{slot.key!r}]) is not None]"
            tests.append(self.noted(next(iter(slot.below.values())), objects))
        return " and ".join(tests)

    def noted(self, shape: Shape, read: str) -> str:
        """Whether the objects that the expression `read` lists have no key to null; they are noted."""
        name = self.name("x")
        verdicts = self.verdicts(_marks(shape)[0], shape)
        return f"(note_uniform if len({name} := {read}) >= {LONG} else note_each)({name}, {verdicts}, g[0])"

    def copied(self, shape: Shape, item: str, name: str, *, marked: bool) -> str:
        """Copies of the objects of a list that hold leaves in the answer's order and nothing else; empty if they don't.

        Copying an object is much cheaper than building it.
        """
        if not self.uniform or not all(slot.leaf for slot in shape.slots):
            return ""
        keys = [slot.key for slot in shape.slots] + [ACCESS_KEY] * marked
        tests = [f"len({item}) == {len(keys)}"]
        for slot in shape.slots:
            if slot.values is not None:
                values = frozenset(slot.values if slot.required else (*slot.values, None))
                tests.append(f"{item}[{slot.key!r}] in {self.constant(values)}")
            elif slot.required:
                tests.append(f"{item}[{slot.key!r}] is not None")
        copies = f"[{item}.copy() for {item} in {name} if {' and '.join(tests)}]"
        return f"([*{name}[0]] == {self.constant(keys)} and without_access({copies}, {name}, marked={marked}))"

    def member(self, slot: Slot, name: str) -> str:
        """An object of an abstract type."""
        functions, call = self.name("K"), self.name("c")
        members = ", ".join(f"{type_!r}: {self.function(shape)}" for type_, shape in slot.below.items())
        self.lines.append(f"{functions} = {{{members}}}")
        return f"({call}({name}, g) if ({call} := {functions}.get({name}['__typename'])) is not None else unusual())"


def _single(slot: Slot) -> bool:
    """Whether the slot holds at most one object, with one verdict."""
    inner = slot.type.of_type if isinstance(slot.type, GraphQLNonNull) else slot.type
    if slot.denied or len(slot.below) != 1 or isinstance(inner, GraphQLList) or is_abstract_type(inner):
        return False
    (shape,) = slot.below.values()
    return len(_marks(shape)) == 1 and not any(below.internal for below in shape.slots)


def _reads(shape: Shape) -> bool:
    """Whether projecting an object of this shape reads one of its keys, which nothing else than an object has."""
    return bool(_marks(shape)) or any(not slot.denied for slot in shape.slots)


def _marks(shape: Shape) -> list[int]:
    return [selections.mark for selections in shape.selected if selections.mark is not None]
