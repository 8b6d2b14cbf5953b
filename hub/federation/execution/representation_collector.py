"""The fast collection of a fetch's representations: down the response tree, all objects of a level at once.

In a complete tree it finds what the interpreter (`represent`) finds, without the objects' paths: where an error needs
one, `retrace` finds it again. On anything else, and for arguments from contexts, it raises `Unusual`, and the
interpreter takes over. A differential test compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from hub.federation.execution.field_set_templates import fill, rounded, union
from schema.written_numbers import written_or_text

if TYPE_CHECKING:
    from hub.federation.planning.query_plan import Source

IndexedObjects: TypeAlias = list[tuple[int, dict[str, Any]]]
"""Objects of one source in their order, each with the index of its representation."""

CONTEXTS = "__contexts"
"""Key in a representation, until it is sent, of the values that objects above give: equal entities are asked once for
equal values."""

_KEY_TYPES = frozenset({str, int})
_PLAIN = _KEY_TYPES | {type(None)}
"""Types whose values are equal only if they are the same: other numbers may equal a Boolean or an integer."""
_OBJECT = frozenset({dict})


class Unusual(Exception):
    """The fast path does not cover this: the interpreter has to."""


class Deep(Exception):
    """A value is nested too deep to be sent."""


@dataclass(slots=True, repr=False)
class CollectedRequest:
    """What one `_entities` field requests: representations, the source that each was first found by, the objects by
    source; `absent`: objects that are not requested since their key is null, with the keys that stay absent."""

    representations: list[dict[str, Any]]
    first: list[int]
    by_source: tuple[IndexedObjects, ...]
    absent: list[tuple[dict[str, Any], tuple[str, ...]]] = field(default_factory=list)

    def objects(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(index of the representation, number of the source, object), source by source."""
        for number, objects in enumerate(self.by_source):
            for index, value in objects:
                yield index, number, value

    def part(self, indices: Sequence[int]) -> CollectedRequest:
        """The request of some of the representations."""
        places = {index: place for place, index in enumerate(indices)}
        return CollectedRequest(
            [self.representations[index] for index in indices],
            [self.first[index] for index in indices],
            tuple(
                [(places[index], value) for index, value in objects if index in places] for objects in self.by_source
            ),
        )


def identity(representation: dict[str, Any]) -> Hashable:
    """Equal for equal representations only; raises Deep."""
    if len(representation) == 2:
        (_, type_), (name, value) = representation.items()
        if type(value) is str:
            return type_, name, value
    try:
        return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS, default=written_or_text)
    except TypeError as error:
        raise Deep from error


class Collector:
    """Collects for one `_entities` field, for any request."""

    __slots__ = ("_sources",)

    def __init__(self, sources: Sequence[Source]) -> None:
        collected: list[_Source] = []
        for source in sources:
            starts = {len(start.path): number for number, start in enumerate(collected) if _begins(source, start.path)}
            shared = max(starts, default=0)
            collected.append(_Source(source, starts.get(shared), shared))
        self._sources = None if any(source.contexts for source in sources) else tuple(collected)

    def __call__(self, data: dict[str, Any]) -> CollectedRequest:
        """The request for the objects in the tree; raises Unusual."""
        if self._sources is None:
            raise Unusual
        collected = CollectedRequest([], [], tuple([] for _ in self._sources))
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
    """One source. Its first `shared` path segments are the path of the source numbered `start`; representations of
    equal `shape` differ in their values only."""

    __slots__ = ("_one", "_read", "_rest", "_source", "_templates", "path", "shape", "start")

    def __init__(self, source: Source, start: int | None, shared: int) -> None:
        self._source, self.path, self.start = source, source.path, start
        self._rest = source.path[shared:]
        self._templates = union(source.inputs, source.required)  # a key and a requirement may lie below one field
        ordered = sorted(self._templates, key=lambda template: template.name)
        self.shape = (source.type, *(template.name for template in ordered))
        flat = bool(ordered) and not any(template.selections for template in ordered)
        self._read: Callable[[Any], Any] | None = itemgetter(*(template.key for template in ordered)) if flat else None
        self._one = len(ordered) == 1

    def level(self, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The objects at the end of the path, of any type; `values` are those at its shared beginning."""
        for type_, key in self._rest:
            below: list[Any] = []
            for value in values:
                if value.get("__typename", type_) == type_:
                    child = value.get(key)
                    if type(child) is list:
                        below += child
                    else:
                        below.append(child)
            if not _OBJECT.issuperset(map(type, below)):
                if list in map(type, below):
                    raise Unusual
                below = [child for child in below if type(child) is dict]
            values = below
        return values

    def represent(
        self, values: list[dict[str, Any]], number: int, collected: CollectedRequest, indices: dict[Hashable, int]
    ) -> None:
        """Add the representations of the objects of the source's type; equal ones are added once."""
        only, representations, objects = self._source.only, collected.representations, collected.by_source[number]
        if only is not None:
            values = [value for value in values if value.get("__typename", only) == only]
        for value, key in self._keyed(values, collected):
            index = indices.get(key)
            if index is None:
                index = indices[key] = len(representations)
                representations.append(self._representation(value))
                collected.first.append(number)
            objects.append((index, value))

    def _keyed(
        self, values: list[dict[str, Any]], collected: CollectedRequest
    ) -> Iterable[tuple[dict[str, Any], Hashable]]:
        """The objects that can be requested, each with a value that is equal for equal representations only."""
        if self._read is None:
            return self._chosen(zip(values, repeat(None)), collected)
        keys = list(map(self._read, values))
        if _KEY_TYPES.issuperset(map(type, keys if self._one else chain.from_iterable(keys))):
            return zip(values, keys, strict=True)
        return self._chosen(zip(values, keys, strict=True), collected)

    def _chosen(
        self, pairs: Iterable[tuple[dict[str, Any], Any]], collected: CollectedRequest
    ) -> Iterator[tuple[dict[str, Any], Hashable]]:
        """The same where a key is null or of another type than text or integer."""
        source = self._source
        for value, key in pairs:
            representation = self._representation(value)
            if any(representation[template.name] is None for template in source.inputs):
                collected.absent.append((value, source.outputs))
                continue
            if any(template.is_list and representation[template.name] is None for template in source.required):
                raise Unusual
            if any(rounded(representation[template.name]) for template in source.inputs):
                raise Unusual
            plain = self._read is not None and _PLAIN.issuperset(map(type, (key,) if self._one else key))
            yield value, key if plain else identity(representation)

    def _representation(self, value: dict[str, Any]) -> dict[str, Any]:
        representation: dict[str, Any] = {"__typename": self._source.type}
        if fill(representation, value, self._templates):
            raise Unusual
        return representation


def _begins(source: Source, path: tuple[Any, ...]) -> bool:
    return source.path[: len(path)] == path
