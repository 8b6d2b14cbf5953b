"""The fast projection: one Python function per selection set, written and compiled once per operation.

It makes what the interpreter (`project`) makes of an answer without errors in which everything that was asked came:
legal nulls and what the guard nulls included. On anything else it raises `Unusual`, and the interpreter projects again.
Only response keys and type names (as literals) and numbers of ours enter the source. A differential test holds both
together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, is_abstract_type

from hub.federation.execution.projection_runtime import (
    Verdicts,
    alike,
    listed,
    met,
    plain,
    plains,
    shown,
    some,
    somes,
    unusual,
)
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape, Slot
from hub.federation.operations.operation import ACCESS_KEY


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Marks, each with the response keys that came of its objects; equal to itself alone."""

    each: tuple[tuple[int, frozenset[str]], ...]


class Checks(Protocol):
    """What of a guard the fast projection asks."""

    @property
    def noted(self) -> dict[Any, int]:
        """The bits of all objects of each subject so far; one who is not there yet has 0."""
        ...

    def verdicts(self, marked: Marked) -> Sequence[Verdicts]:
        """The verdicts on objects of each of these marks."""
        ...


Generated = Callable[[Mapping[str, Any], Checks | None], dict[str, Any]]

LONG = 8
"""Objects from which on a list is checked as one."""

INLINE = 6
"""Objects in objects that are written where they stand; deeper ones are functions."""
FLAT = INLINE + 1
"""Depth of what is seldom needed: there, and in the functions that it calls, each object is a function of its own, so
that code does not grow faster than its document."""


USUAL = MappingProxyType({"Boolean": "bool", "Float": "float", "ID": "str", "Int": "int", "String": "str"})
"""Built-in scalars, and the type that their values have as a rule."""

_STR = {str}


def generate(root: Shape, *, exact: bool = False, uniform: bool = False) -> Generated:
    """The projection of one shape; `exact`: each value that comes has the form of its type; `uniform`: the objects of
    a list have the same keys in the same order."""
    written = _Source(exact, exact and uniform)
    entry = written.function(root)
    environment: dict[str, Any] = {
        "__builtins__": {"bool": bool, "float": float, "int": int, "len": len, "str": str, "type": type},
        "alike": alike,
        "met": met,
        "unusual": unusual,
        "listed": listed,
        "plain": plain,
        "plains": plains,
        "some": some,
        "somes": somes,
        "shown": shown,
        **written.constants,
    }
    lines = ["def made():", *(f" {line}" for line in written.lines), f" return {entry}"]
    exec(compile("\n".join(lines), "<projection>", "exec"), environment)  # noqa: S102
    # a function that stays in its own globals is a ring: it would outlive its plan until the collector's rarest visit
    function: Callable[[Any, Any], dict[str, Any]] = environment.pop("made")()
    marked = Marked(tuple(written.marks))

    def project(data: Mapping[str, Any], guard: Checks | None) -> dict[str, Any]:
        try:
            if guard is None:
                if marked.each:  # nobody says what may be read
                    raise Unusual
                return function(data, ())
            noted = guard.noted
            made = function(data, (noted, *guard.verdicts(marked)))
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # a key that did not come, a value of another form
            raise Unusual from error
        if not _STR.issuperset(map(type, noted)):  # an object of nobody
            raise Unusual
        return made

    return project


@dataclass
class _Source:
    """Source that grows: `lines`, the constants that it names, the marks whose verdicts it gets by position, after what
    is noted, and the functions by the identity of their shape, flat or not."""

    exact: bool
    uniform: bool
    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    marks: dict[tuple[int, frozenset[str]], int] = field(default_factory=dict)
    functions: dict[tuple[int, bool], str] = field(default_factory=dict)
    names: int = 0

    def name(self, prefix: str) -> str:
        """A name that nothing has yet."""
        self.names += 1
        return f"{prefix}{self.names}"

    def constant(self, value: Any) -> str:
        """The name of a value that is no literal."""
        name = self.name("K")
        self.constants[name] = value
        return name

    def function(self, shape: Shape, *, flat: bool = False) -> str:
        """The name of the function (object, noted and verdicts) → projected object, written when it is first asked for:
        what is below an object is written in more than one place, so that each would double it."""
        known = self.functions.get((id(shape), flat))
        if known is not None:
            return known
        name = self.functions[id(shape), flat] = self.name("f")
        marks = _marks(shape)
        body = [f"def {name}(v, g):", *self.judged(shape, "v", " ")]
        for slot in (each for each in shape.slots if each.internal):
            met = self.value(slot, FLAT, "v")
            body.append(f" {slot.key!r} in n or {met}" if marks else f" {met}")
        if marks:
            body.append(f" if n: return {self.entries(shape, FLAT, 'v', nulled=True)}")
        before: list[str] = []
        made = self.entries(shape, FLAT, "v") if flat else self.entries(shape, 1, "v", before)
        self.lines += [*body, *(f" {line}" for line in before), f" return {made}"]
        return name

    def judged(self, shape: Shape, var: str, indent: str) -> list[str]:
        """Statements that look up the verdicts on the object named `var`, and note them; `n` are the keys to null."""
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
        met: bool = False,
    ) -> str:
        """The object named `var` as a display; with `nulled`, keys of the set `n` are null.

        Statements that must come first go to `before`, where there may be any; `met`: `alike` or `met` has seen the
        single objects of the object."""
        entries = []
        for slot in shape.slots:
            if slot.internal:
                continue
            value = self.typename(shape, var) if slot.type is None else self.value(slot, depth, var, before, met=met)
            if nulled and slot.type is not None and not slot.denied:
                value = f"({'unusual()' if slot.required else 'None'} if {slot.key!r} in n else {value})"
            entries.append(f"{slot.key!r}: {value}")
        return "{" + ", ".join(entries) + "}"

    def typename(self, shape: Shape, var: str) -> str:
        """The type of the object named `var`, unless it says that it is of another."""
        return f"({shape.type!r} if {var}.get('__typename', {shape.type!r}) == {shape.type!r} else unusual())"

    def value(self, slot: Slot, depth: int, var: str, before: list[str] | None = None, *, met: bool = False) -> str:
        """The projected value of a response key of the object named `var`."""
        if slot.denied:
            return "unusual()" if slot.required else "None"
        assert slot.type is not None
        return self.complete(slot.type, slot, f"{var}[{slot.key!r}]", depth, before, met=met)

    def complete(
        self,
        type_: GraphQLOutputType,
        slot: Slot,
        found: str,
        depth: int,
        before: list[str] | None = None,
        *,
        met: bool = False,
    ) -> str:
        """A value under its type; the expression `found` reads it."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        null = "None" if inner is type_ else "unusual()"
        name = self.name("x")
        if isinstance(inner, GraphQLList):
            return f"({null} if ({name} := {found}) is None else {self.items(inner.of_type, slot, name, depth)})"
        if isinstance(inner, GraphQLEnumType):
            return f"({name} if ({name} := {found}) in {self.constant(frozenset(inner.values))} else {null})"
        if not slot.below:
            return self.leaf(inner, found, name, required=inner is not type_)
        if is_abstract_type(inner):
            return f"({null} if ({name} := {found}) is None else {self.member(slot, name, null)})"
        (shape,) = slot.below.values()
        if depth >= INLINE or any(each.internal for each in shape.slots):
            made = f"{self.function(shape, flat=depth == FLAT)}({name}, g)"
        elif before is not None:
            before += self.stated(shape, found, name, null, depth)
            return name
        elif _marks(shape) and not (met and _single(slot)):
            made = f"{self.function(shape)}({name}, g)"
        else:
            made = self.entries(shape, depth + 1, name)
        return f"({null} if ({name} := {found}) is None else {made})"

    def stated(self, shape: Shape, found: str, name: str, null: str, depth: int) -> list[str]:
        """Statements that make an object what it is in the answer: one after another, without a function for each."""
        inner: list[str] = []
        made = self.entries(shape, depth + 1, name, inner)
        inner.append(f"{name} = {made}")
        judged = self.judged(shape, name, " ")
        if judged:
            inner = [
                f"if n: {name} = {self.function(shape, flat=True)}({name}, g)",
                "else:",
                *(f" {line}" for line in inner),
            ]
        otherwise = [] if null == "None" else [f"else: {null}"]
        return [f"{name} = {found}", f"if {name} is not None:", *judged, *(f" {line}" for line in inner), *otherwise]

    def leaf(self, type_: GraphQLOutputType, found: str, name: str, *, required: bool) -> str:
        """A scalar's value: no object or list where a built-in one is declared. What it is as a rule is seen without a
        call."""
        usual = USUAL.get(str(type_))
        if usual is not None and not self.exact:
            return f"({name} if type({name} := {found}) is {usual} else {'some' if required else 'plain'}({name}))"
        return f"({name} if ({name} := {found}) is not None else unusual())" if required else found

    def items(self, type_: GraphQLOutputType, slot: Slot, name: str, depth: int) -> str:
        """The items of a list that is not null."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if not slot.below and str(inner) in USUAL:
            return f"plains({name})" if inner is type_ else f"somes({name})"
        if not slot.below and not isinstance(inner, GraphQLList | GraphQLEnumType):
            return f"listed({name})" if inner is type_ else f"({name} if None not in listed({name}) else unusual())"
        item = self.name("i")
        each = f"[{self.complete(type_, slot, item, depth)} for {item} in listed({name})]"
        shape = next(iter(slot.below.values())) if len(slot.below) == 1 and not is_abstract_type(inner) else None
        if shape is None or depth >= INLINE or isinstance(inner, GraphQLList):
            return each
        marks = _marks(shape)
        if len(marks) > 1 or any(below.internal for below in shape.slots):
            return each
        copied = self.copied(shape, item, name, marked=bool(marks))
        if not marks:
            return f"(len(listed({name})) >= {LONG} and {copied} or {each})" if copied else each
        whole = f"[{self.entries(shape, depth + 1, item, met=True)} for {item} in {name}]"
        whole = f"(len({name}) >= {LONG} and {copied} or {whole})" if copied else whole
        return f"({self.seen(shape, name)} and {whole} or {each})"

    def seen(self, shape: Shape, name: str) -> str:
        """Whether nothing of the objects of a list, nor of the single ones right below them, is to null."""
        item, below = self.name("i"), self.name("x")
        tests = [self.met(shape, name)]  # of what is no list, nothing is met: the objects are asked for one by one
        for slot in filter(_single, shape.slots):
            found = f"[{below} for {item} in {name} if ({below} := {item}[{slot.key!r}]) is not None]"
            tests.append(self.met(next(iter(slot.below.values())), found))
        return " and ".join(tests)

    def met(self, shape: Shape, found: str) -> str:
        """Whether nothing of objects is to null, which the expression `found` lists."""
        name = self.name("x")
        verdicts = self.verdicts(_marks(shape)[0], shape)
        return f"(alike if len({name} := {found}) >= {LONG} else met)({name}, {verdicts}, g[0])"

    def copied(self, shape: Shape, item: str, name: str, *, marked: bool) -> str:
        """Copies of the objects of a list, if they are leaves in the answer's order and nothing else; nothing where
        they can't be: to copy an object is much cheaper than to make one like it."""
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
        return f"([*{name}[0]] == {self.constant(keys)} and shown({copies}, {name}, marked={marked}))"

    def member(self, slot: Slot, name: str, null: str) -> str:
        """An object of an abstract type: one of which nothing is selected is null."""
        known, call = self.name("K"), self.name("c")
        members = ", ".join(f"{type_!r}: {self.function(shape)}" for type_, shape in slot.below.items())
        self.lines.append(f"{known} = {{{members}}}")
        return f"({call}({name}, g) if ({call} := {known}.get({name}['__typename'])) is not None else {null})"


def _single(slot: Slot) -> bool:
    """Whether it has at most one object, on which there is one verdict."""
    inner = slot.type.of_type if isinstance(slot.type, GraphQLNonNull) else slot.type
    if slot.denied or len(slot.below) != 1 or isinstance(inner, GraphQLList) or is_abstract_type(inner):
        return False
    (shape,) = slot.below.values()
    return len(_marks(shape)) == 1 and not any(each.internal for each in shape.slots)


def _marks(shape: Shape) -> list[int]:
    return [each.mark for each in shape.selected if each.mark is not None]
