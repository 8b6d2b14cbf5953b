"""The fast way to the representations of a fetch: nested loops written and compiled once per plan.

They find what the interpreter (`represent`) finds in a tree in which everything came, and keep no path of the objects:
where one is needed, for an error, `retrace` finds it again. On anything else they raise `Unusual`, and the interpreter
asks. A differential test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import orjson

from hub.federation.spots import Template
from hub.federation.templates import fill, leaf

if TYPE_CHECKING:
    from hub.federation.nodes import Source

Found: TypeAlias = list[tuple[int, dict[str, Any]]]
"""Objects of one source in their order, each with the index of its representation."""

CONTEXTS = "__contexts"
"""Key in a representation, until it is sent, of the values that objects above give: equal entities are asked once for
equal values."""

Collector: TypeAlias = Callable[[dict[str, Any]], "Collected"]


class Unusual(Exception):
    """The interpreter has to do this."""


@dataclass(slots=True)
class Collected:
    """One `_entities` field: representations, the number of the source that each was first found by, the objects by
    source."""

    representations: list[dict[str, Any]]
    first: list[int]
    found: tuple[Found, ...]

    def objects(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(index of the representation, number of the source, object), source by source."""
        for number, found in enumerate(self.found):
            for index, value in found:
                yield index, number, value

    def part(self, indices: Sequence[int]) -> Collected:
        """Some of the representations alone."""
        places = {index: place for place, index in enumerate(indices)}
        return Collected(
            [self.representations[each] for each in indices],
            [self.first[each] for each in indices],
            tuple([(places[index], value) for index, value in found if index in places] for found in self.found),
        )


def identity(representation: dict[str, Any]) -> Hashable:
    """Equal for equal representations only."""
    if len(representation) == 2:
        (_, type_), (name, value) = representation.items()
        if type(value) is str:
            return type_, name, value
    return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS, default=str)


def collector(sources: Sequence[Source]) -> Collector:
    """The collector of one `_entities` field."""
    written = _Source(sources)
    code = compile("\n".join(written.lines), "<collector>", "exec")
    environment: dict[str, Any] = {
        "__builtins__": {"KeyError": KeyError, "dict": dict, "len": len, "list": list, "type": type},
        "filled": _filled,
        "given": _given,
        "identity": identity,
        "plain": _PLAIN,
        "templates": written.templates,
        "unusual": _unusual,
    }
    exec(code, environment)  # noqa: S102
    function: Callable[[dict[str, Any]], tuple[list[dict[str, Any]], list[int], tuple[Found, ...]]]
    function = environment.pop("collect")  # in its own globals it would be a ring, and outlive its plan

    def collect(data: dict[str, Any]) -> Collected:
        try:
            return Collected(*function(data))
        except KeyError as error:  # a key that did not come
            raise Unusual from error

    return collect


_PLAIN = frozenset({str, int, type(None)})
"""Types whose values are equal only if they are the same: a number may equal a Boolean, or one with decimals."""


def _unusual() -> NoReturn:
    raise Unusual


def _filled(value: dict[str, Any], template: Template) -> Any:
    """The value of a field with fields of its own."""
    into: dict[str, Any] = {}
    if fill(into, value, (template,)):
        raise Unusual
    return into[template.name]


def _given(value: dict[str, Any], template: Template) -> Any:
    """What an object above gives."""
    found, missing = leaf(value, template)
    if missing:
        raise Unusual
    return found


class _Source:
    """The source of one collector, and the templates that it names."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.templates: list[Template] = []
        self.shapes = {shape: number for number, shape in enumerate(dict.fromkeys(map(_shape, sources)))}
        self.lines = ["def collect(data):", " reps, first, indices = [], [], {}"]
        for number, source in enumerate(sources):
            self.lines.append(f" found{number} = []")
            self.walk(number, source)
        found = ", ".join(f"found{number}" for number in range(len(sources)))
        self.lines.append(f" return reps, first, ({found},)")

    def walk(self, number: int, source: Source) -> None:
        """The loops that lead to the objects of a source."""
        holders = ["data"]
        self.line(1, "for data in (data,):")
        for type_, key in source.path:
            indent, value, inner = len(holders) + 1, holders[-1], f"v{len(holders)}"
            self.only(indent, value, type_)
            self.line(indent, f"try: w = {value}[{key!r}]")
            self.line(indent, "except KeyError: continue")
            self.line(indent, f"for {inner} in w if type(w) is list else (w,):")
            self.line(indent + 1, f"if type({inner}) is not dict:")
            self.line(indent + 2, f"if type({inner}) is list: unusual()")
            self.line(indent + 2, "continue")
            holders.append(inner)
        indent = len(holders) + 1
        if source.only is not None:
            self.only(indent, holders[-1], source.only)
        self.represent(indent, number, source, holders)

    def represent(self, indent: int, number: int, source: Source, holders: Sequence[str]) -> None:
        """The representation of one object, made where its values are new. `holders` are the objects on its path,
        itself the last."""
        value = holders[-1]
        names: list[str] = []
        entries = [f"'__typename': {source.type!r}"]
        for template in (*source.inputs, *source.required):
            name = f"k{len(names)}"
            names.append(name)
            read = f"{value}[{template.key!r}]"
            if template.selections:
                read = f"filled({value}, templates[{len(self.templates)}])"
                self.templates.append(template)
            self.line(indent, f"{name} = {read}")
            if len(names) <= len(source.inputs):
                self.line(indent, f"if {name} is None: continue")
            elif template.is_list:
                self.line(indent, f"if {name} is None: unusual()")
            entries.append(f"{template.name!r}: {name}")
        if source.contexts:
            given = []
            for each in source.contexts:
                given.append(f"given({holders[each.depth]}, templates[{len(self.templates)}])")
                self.templates.append(each.template)
            entries.append(f"{CONTEXTS!r}: [{', '.join(given)}]")
        rep = f"{{{', '.join(entries)}}}"
        plain = " and ".join(f"type({name}) in plain" for name in names) if names and not source.contexts else "False"
        told = ", ".join((str(self.shapes[_shape(source)]), *names))
        self.line(indent, f"key = ({told}) if {plain} else identity({rep})")
        self.line(indent, "index = indices.get(key)")
        self.line(indent, "if index is None:")
        self.line(indent + 1, "index = indices[key] = len(reps)")
        self.line(indent + 1, f"reps.append({rep})")
        self.line(indent + 1, f"first.append({number})")
        self.line(indent, f"found{number}.append((index, {value}))")

    def only(self, indent: int, value: str, type_: str) -> None:
        """Pass over an object of another type."""
        self.line(indent, f"if {value}.get('__typename', {type_!r}) != {type_!r}: continue")

    def line(self, indent: int, text: str) -> None:
        """One line of the function."""
        self.lines.append(" " * indent + text)


def _shape(source: Source) -> tuple[str, tuple[str, ...]]:
    """What representations have in common that differ in nothing but their values."""
    return source.type, tuple(each.name for each in (*source.inputs, *source.required))
