"""The source of the fast projection: a function per selection set, none longer than a small piece of a document.

Objects are written inline as long as a function has room for their fields. What is beyond that is a function of its
own, of which equal ones are written once: code grows with the document, and compiling any function is short.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)

from hub.federation.execution.code_pieces import ROOM, Code
from hub.federation.execution.leaf_values import COMPLETE, LARGEST_INT
from hub.federation.execution.projection_runtime import completer
from hub.federation.execution.response_shape import Shape, Slot, completion
from hub.federation.operations.operation import ACCESS_KEY

LONG = 8
"""Number of objects from which on a list is checked as a whole."""

INLINE = 6
"""Levels of nested objects that are written inline; deeper ones are functions."""
FLAT = INLINE + 1
"""Depth of code that is seldom run: there, and in the functions that it calls, each object is a function of its own, so
that code does not grow faster than its document."""

USUAL = MappingProxyType({"Boolean": bool, "Float": float, "ID": str, "Int": int, "String": str})
"""Built-in scalars, and the Python type that their values usually have: any value of it is one, but for Int, which has
32 bits."""


@dataclass(repr=False)
class Source:
    """Writes the functions of the shapes of one operation.

    `marks` is the position of each mark's verdicts (`noted` is first), `functions` are the names of functions by
    identity of the shape, flat or not, `completers` those of the functions that complete leaves.
    """

    exact: bool
    uniform: bool
    compact: bool
    code: Code = field(default_factory=Code)
    marks: dict[tuple[int, frozenset[str]], int] = field(default_factory=dict)
    functions: dict[tuple[int, bool], str] = field(default_factory=dict)
    completers: dict[tuple[str, bool], str] = field(default_factory=dict)

    def function(self, shape: Shape, *, flat: bool = False) -> str:
        """The name of the function (object, noted and verdicts) → projected object, written at its first use.

        An object is projected in more than one place: inline, nested objects would double the code at each level.
        """
        name = self.functions.get((id(shape), flat))
        if name is None:
            with self.code.function(len(shape.slots)):
                name = self.functions[id(shape), flat] = self.code.define(self.function_lines(shape, flat=flat))
        return name

    def function_lines(self, shape: Shape, *, flat: bool) -> list[str]:
        """The lines of an object's function."""
        marked = bool(_marks(shape))
        lines = [*self.verdict_lines(shape, "v"), *self.internal_lines(shape, marked=marked)]
        if marked and self.compact:
            return [*lines, f"return {self.entries(shape, FLAT, 'v', nulled=True)}"]
        if marked:
            with self.code.function(len(shape.slots)):
                nulled = self.code.define([f"return {self.entries(shape, FLAT, 'v', nulled=True)}"], "v, g, n")
            lines.append(f"if n: return {nulled}(v, g, n)")
        before: list[str] = []
        display = self.entries(shape, FLAT, "v") if flat else self.entries(shape, 1, "v", before)
        return [*lines, *before, f"return {display}"]

    def verdict_lines(self, shape: Shape, var: str) -> list[str]:
        """Statements that look up and note the verdicts on the object named `var`; `n` are its keys to null."""
        marks = [self.verdicts(mark, shape) for mark in _marks(shape)]
        if not marks:
            return []
        return [
            f"s, a = {var}[{ACCESS_KEY!r}]",
            "if type(a) is not int: unusual()",
            f"n, b = {marks[0]}[a]",
            *(f"m, c = {more}[a]; n |= m; b |= c" for more in marks[1:]),
            "g[0][s] |= b",
        ]

    def internal_lines(self, shape: Shape, *, marked: bool) -> list[str]:
        """Statements that note the objects of the internal keys of `v` which are not to null."""
        slots = [slot for slot in shape.slots if slot.internal]
        values = [self.value(slot, FLAT, "v") for slot in slots]
        if not marked:
            return values
        return [f"{slot.key!r} in n or {value}" for slot, value in zip(slots, values, strict=True)]

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
        slots = [slot for slot in shape.slots if not slot.internal]
        if len(slots) > ROOM:
            return "{" + ", ".join(self.groups(shape, slots, depth, var, nulled=nulled)) + "}"
        return self.display(shape, slots, depth, var, before, nulled=nulled, checked=checked)

    def groups(self, shape: Shape, slots: Sequence[Slot], depth: int, var: str, *, nulled: bool) -> Iterator[str]:
        """Yield the entries of an object of many response keys, by calls of a function for some of them each."""
        more = ", g, n" if nulled else ", g"
        for start in range(0, len(slots), ROOM):
            group = slots[start : start + ROOM]
            with self.code.function(len(group)):
                function = self.code.define(
                    [f"return {self.display(shape, group, depth, 'v', nulled=nulled)}"], f"v{more}"
                )
            yield f"**{function}({var}{more})"

    def display(
        self,
        shape: Shape,
        slots: Sequence[Slot],
        depth: int,
        var: str,
        before: list[str] | None = None,
        *,
        nulled: bool = False,
        checked: bool = False,
    ) -> str:
        """The dict display of some response keys of the object named `var`, as of `entries`."""
        entries = []
        for slot in slots:
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
        name = self.code.name("x")
        if isinstance(inner, GraphQLList):
            return f"({null} if ({name} := {read}) is None else {self.items(inner.of_type, slot, name, depth)})"
        if is_leaf_type(inner) and self.compact:
            return self.compact_leaf(inner, read, required=inner is not type_)
        if isinstance(inner, GraphQLEnumType):
            values = frozenset((*inner.values, *(() if inner is not type_ else (None,))))
            return f"({name} if ({name} := {read}) in {self.code.constant(values)} else unusual())"
        if is_abstract_type(inner):
            return f"({null} if ({name} := {read}) is None else {self.member(slot, name)})"
        if not slot.below:
            return self.leaf(inner, read, name, required=inner is not type_)
        (shape,) = slot.below.values()
        may_note = before is not None or not _marks(shape) or (checked and _single(slot))
        if not may_note or depth >= INLINE or not (self.may_inline(shape) and self.code.take_room(len(shape.slots))):
            value = f"{self.function(shape, flat=depth == FLAT)}({name}, g)"
        elif before is not None:
            before += self.statements(shape, read, name, null, depth)
            return name
        else:
            value = self.entries(shape, depth + 1, name)
        if not _reads(shape):
            value = f"({value} if type({name}) is dict else unusual())"
        return f"({null} if ({name} := {read}) is None else {value})"

    def may_inline(self, shape: Shape) -> bool:
        """Whether an object may be written inline, where there is room for it."""
        slots = shape.slots
        return len(slots) <= ROOM and not any(slot.internal for slot in slots) and not (self.compact and _marks(shape))

    def statements(self, shape: Shape, read: str, name: str, null: str, depth: int) -> list[str]:
        """Statements that project an object in place, without a function of its own."""
        inner: list[str] = []
        display = self.entries(shape, depth + 1, name, inner)
        inner.append(f"{name} = {display}")
        verdict_lines = self.verdict_lines(shape, name)
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
            *(f" {line}" for line in (*verdict_lines, *inner)),
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
        otherwise = f"completed({self.code.constant(COMPLETE[str(type_)])}, {name})"
        return f"({name} if type({name} := {read}) is {usual.__name__}{bounds}{null} else {otherwise})"

    def compact_leaf(self, type_: GraphQLOutputType, read: str, *, required: bool) -> str:
        """A leaf's value in as little code as there is."""
        if self.exact and not required and not isinstance(type_, GraphQLEnumType):
            return read
        name = self.completers.get((str(type_), required))
        if name is None:
            name = self.completers[str(type_), required] = self.code.constant(
                completer(completion(type_), required=required)
            )
        return f"{name}({read})"

    def items(self, type_: GraphQLOutputType, slot: Slot, name: str, depth: int) -> str:
        """The items of a list that is not null."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        usual = None if self.exact else USUAL.get(str(inner))
        if usual in (bool, str) and str(inner) != "ID":
            types = frozenset((usual, *((type(None),) if inner is type_ else ())))
            return f"leaves({name}, {self.code.constant(types)})"
        composite = isinstance(inner, GraphQLList | GraphQLEnumType) or is_abstract_type(inner)
        if not slot.below and usual is None and not composite:
            return (
                f"checked_list({name})"
                if inner is type_
                else f"({name} if None not in checked_list({name}) else unusual())"
            )
        shape = next(iter(slot.below.values())) if len(slot.below) == 1 and not is_abstract_type(inner) else None
        if shape is None or depth >= INLINE or not self.may_inline(shape):
            return self.one_by_one(type_, slot, name, self.code.name("i"), depth)
        if self.code.room < len(shape.slots):
            with self.code.function():
                function = self.code.define([f"return {self.items(type_, slot, 'v', depth)}"])
            return f"{function}({name}, g)"
        item = self.code.name("i")
        one_by_one = self.one_by_one(type_, slot, name, item, depth)
        marks = _marks(shape)
        if self.compact or len(marks) > 1 or isinstance(inner, GraphQLList):
            return one_by_one
        copied = self.copied(shape, item, name, marked=bool(marks))
        if not marks:
            return f"(len(checked_list({name})) >= {LONG} and {copied} or {one_by_one})" if copied else one_by_one
        self.code.take_room(len(shape.slots))
        whole = f"[{self.entries(shape, depth + 1, item, checked=True)} for {item} in {name}]"
        whole = f"(len({name}) >= {LONG} and {copied} or {whole})" if copied else whole
        return f"({self.all_noted(shape, name)} and {whole} or {one_by_one})"

    def one_by_one(self, type_: GraphQLOutputType, slot: Slot, name: str, item: str, depth: int) -> str:
        """The items of a list, each named `item`."""
        return f"[{self.complete(type_, slot, item, depth)} for {item} in checked_list({name})]"

    def all_noted(self, shape: Shape, name: str) -> str:
        """Whether the objects of a list, and the single ones right below them, have no key to null; they are noted."""
        item, below = self.code.name("i"), self.code.name("x")
        tests = [self.noted(shape, name)]  # a value that is no list is not noted here
        for slot in filter(_single, shape.slots):
            objects = f"[{below} for {item} in {name} if ({below} := {item}[{slot.key!r}]) is not None]"
            tests.append(self.noted(next(iter(slot.below.values())), objects))
        return " and ".join(tests)

    def noted(self, shape: Shape, read: str) -> str:
        """Whether the objects that the expression `read` lists have no key to null; they are noted."""
        name = self.code.name("x")
        verdicts = self.verdicts(_marks(shape)[0], shape)
        return f"(note_uniform if len({name} := {read}) >= {LONG} else note_each)({name}, {verdicts}, g[0])"

    def copied(self, shape: Shape, item: str, name: str, *, marked: bool) -> str:
        """Copies of the objects of a list that hold leaves in the answer's order and nothing else; empty if they don't.

        Copying an object is much cheaper than building it.
        """
        if not self.uniform or len(shape.slots) > ROOM or not all(slot.leaf for slot in shape.slots):
            return ""
        keys = [slot.key for slot in shape.slots] + [ACCESS_KEY] * marked
        tests = [f"len({item}) == {len(keys)}"]
        for slot in shape.slots:
            if slot.values is not None:
                values = frozenset(slot.values if slot.required else (*slot.values, None))
                tests.append(f"{item}[{slot.key!r}] in {self.code.constant(values)}")
            elif slot.required:
                tests.append(f"{item}[{slot.key!r}] is not None")
        copies = f"[{item}.copy() for {item} in {name} if {' and '.join(tests)}]"
        return f"([*{name}[0]] == {self.code.constant(keys)} and without_access({copies}, {name}, marked={marked}))"

    def member(self, slot: Slot, name: str) -> str:
        """An object of an abstract type."""
        call = self.code.name("c")
        table = self.code.table({type_: self.function(shape) for type_, shape in slot.below.items()})
        return f"({call}({name}, g) if ({call} := {table}.get({name}['__typename'])) is not None else unusual())"


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
