"""The fast way to the representations of a fetch: down the response tree, all objects of a level at once.

It finds what the interpreter (`represent`) finds in a tree in which everything came, and keeps no path of the objects:
where one is needed, for an error, `retrace` finds it again. On anything else it raises `Unusual`, and the interpreter
asks; so it does where objects above give arguments. A differential test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from hub.federation.execution.field_set_templates import fill, union

if TYPE_CHECKING:
    from hub.federation.planning.query_plan import Source

Found: TypeAlias = list[tuple[int, dict[str, Any]]]
"""Objects of one source in their order, each with the index of its representation."""

CONTEXTS = "__contexts"
"""Key in a representation, until it is sent, of the values that objects above give: equal entities are asked once for
equal values."""

_TOLD = frozenset({str, int})
_PLAIN = _TOLD | {type(None)}
"""Types whose values are equal only if they are the same: a number may equal a Boolean, or one with decimals."""
_OBJECT = frozenset({dict})


class Unusual(Exception):
    """The interpreter has to do this."""


class Deep(Exception):
    """A value is nested too deep to be sent."""


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
    """Equal for equal representations only; raises Deep."""
    if len(representation) == 2:
        (_, type_), (name, value) = representation.items()
        if type(value) is str:
            return type_, name, value
    try:
        return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError as error:
        raise Deep from error


class Collector:
    """Collects for one `_entities` field, for any request."""

    __slots__ = ("_sources",)

    def __init__(self, sources: Sequence[Source]) -> None:
        made: list[_Source] = []
        for source in sources:
            starts = {len(each.path): number for number, each in enumerate(made) if _begins(source, each.path)}
            begun = max(starts, default=0)
            made.append(_Source(source, starts.get(begun), begun))
        self._sources = None if any(each.contexts for each in sources) else tuple(made)

    def __call__(self, data: dict[str, Any]) -> Collected:
        """What there is to ask of the objects in the tree; raises Unusual."""
        if self._sources is None:
            raise Unusual
        collected = Collected([], [], tuple([] for _ in self._sources))
        indices: dict[tuple[str, ...], dict[Hashable, int]] = {}
        levels: list[list[dict[str, Any]]] = []
        try:
            for number, source in enumerate(self._sources):
                levels.append(source.level([data] if source.start is None else levels[source.start]))
                source.represent(levels[number], number, collected, indices.setdefault(source.shape, {}))
        except KeyError as error:  # a key that did not come
            raise Unusual from error
        return collected


class _Source:
    """One source. The first segments of its path, so many as have `begun`, are that of the source numbered `start`;
    `shape` is what representations have in common that differ in nothing but their values."""

    __slots__ = ("_one", "_read", "_rest", "_source", "_templates", "path", "shape", "start")

    def __init__(self, source: Source, start: int | None, begun: int) -> None:
        self._source, self.path, self.start = source, source.path, start
        self._rest = source.path[begun:]
        self._templates = union(source.inputs, source.required)  # a key and a requirement may lie below one field
        ordered = sorted(self._templates, key=lambda each: each.name)
        self.shape = (source.type, *(each.name for each in ordered))
        flat = bool(ordered) and not any(each.selections for each in ordered)
        self._read: Callable[[Any], Any] | None = itemgetter(*(each.key for each in ordered)) if flat else None
        self._one = len(ordered) == 1

    def level(self, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The objects at the end of the path, of any type; `values` are those where it has begun."""
        for type_, key in self._rest:
            below: list[Any] = []
            for value in values:
                if value.get("__typename", type_) == type_:
                    found = value.get(key)
                    if type(found) is list:
                        below += found
                    else:
                        below.append(found)
            if not _OBJECT.issuperset(map(type, below)):
                if list in map(type, below):
                    raise Unusual
                below = [each for each in below if type(each) is dict]
            values = below
        return values

    def represent(
        self, values: list[dict[str, Any]], number: int, collected: Collected, indices: dict[Hashable, int]
    ) -> None:
        """Represent those that are of the source's type; equal values have one representation."""
        only, representations, found = self._source.only, collected.representations, collected.found[number]
        if only is not None:
            values = [each for each in values if each.get("__typename", only) == only]
        for value, key in self._keyed(values):
            index = indices.get(key)
            if index is None:
                index = indices[key] = len(representations)
                representations.append(self._representation(value))
                collected.first.append(number)
            found.append((index, value))

    def _keyed(self, values: list[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], Hashable]]:
        """The objects that can be asked about, each with what is equal for equal representations only."""
        if self._read is None:
            return self._chosen(zip(values, repeat(None)))
        told = list(map(self._read, values))
        if _TOLD.issuperset(map(type, told if self._one else chain.from_iterable(told))):
            return zip(values, told, strict=True)
        return self._chosen(zip(values, told, strict=True))

    def _chosen(self, pairs: Iterable[tuple[dict[str, Any], Any]]) -> Iterator[tuple[dict[str, Any], Hashable]]:
        """The same where one of the values is null or of another type."""
        source = self._source
        for value, told in pairs:
            representation = self._representation(value)
            if any(representation[each.name] is None for each in source.inputs):
                continue
            if any(each.is_list and representation[each.name] is None for each in source.required):
                raise Unusual
            plain = self._read is not None and _PLAIN.issuperset(map(type, (told,) if self._one else told))
            yield value, told if plain else identity(representation)

    def _representation(self, value: dict[str, Any]) -> dict[str, Any]:
        representation: dict[str, Any] = {"__typename": self._source.type}
        if fill(representation, value, self._templates):
            raise Unusual
        return representation


def _begins(source: Source, path: tuple[Any, ...]) -> bool:
    return source.path[: len(path)] == path
