"""A plan: what is sent to whom, in which order, as frozen values with a text form.

`Sequence` and `Parallel` order fetches; a fetch carries its path (Apollo's Flatten) and its conditions (Condition).
A plan holds no value of the client: only names of variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from graphql import parse, print_ast

from hub.federation.execution.representation_collector import Collector
from hub.federation.operations.operation import Condition, hold
from hub.federation.planning.search_state import Given, Segment, Template


@dataclass(frozen=True, slots=True)
class Need:
    """What some fields of a fetch wait for: what they require of the object, the coordinates of the arguments that
    objects above give. Without it these response keys are null, and no others."""

    required: tuple[Template, ...]
    contexts: tuple[str, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where entities of a fetch are taken from. `path` leads to the objects, `only` says which of them by their type;
    `type` is the entity's name in the subgraph; `inputs` are their key, `required` what
    `@requires` asks and `contexts` what objects on the path give, of which `needs` says what each field waits for;
    `outputs` are the client's keys."""

    path: tuple[Segment, ...]
    type: str
    only: str | None
    inputs: tuple[Template, ...]
    required: tuple[Template, ...] = ()
    needs: tuple[Need, ...] = ()
    outputs: tuple[str, ...] = ()
    contexts: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """A key of the subgraph's answer that stands for another in the response, at objects of a path in the answer."""

    path: tuple[Segment, ...]
    type: str
    sent: str
    key: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken of an object that is known: per concrete type, (response key to write, response key to read, what
    is taken of the value: None for a leaf). `typed`: with its `__typename`."""

    typed: bool
    types: tuple[tuple[str, tuple[tuple[str, str, Taken | None], ...]], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Places where the subgraph has told all that it is asked for: entities that these sources represent alike need not
    be asked about. `taken` says of each source how its objects answer."""

    places: Entities
    taken: tuple[Taken, ...]


@dataclass(frozen=True)
class Entities:
    """One `_entities` field of a fetch: its response key, its variable, and the objects that it is asked for. `body` is
    the fragment that is asked of them; `contexts` are the variables, with their types, of what their sources' contexts
    give, in that order; `known` is where earlier answers may have told all of it."""

    key: str
    variable: str
    sources: tuple[Source, ...]
    renames: tuple[Rename, ...] = ()
    body: str = ""
    contexts: tuple[tuple[str, str], ...] = ()
    known: Known | None = None

    @cached_property
    def collect(self) -> Collector:
        """Made when it is first needed, and kept with the plan."""
        return Collector(self.sources)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph: root fields (merged at `path`) if `entities` is empty.

    `when`: sent if all conditions of any member hold. `before`: fetches whose failure explains missing keys.
    `declared`: the document's declarations of `variables`; `asked`: coordinates of its root fields, or types of its
    entities.
    """

    number: int
    subgraph: str
    document: str
    variables: tuple[str, ...]
    entities: tuple[Entities, ...] = ()
    path: tuple[Segment, ...] = ()
    outputs: tuple[str, ...] = ()
    renames: tuple[Rename, ...] = ()
    when: tuple[tuple[Condition, ...], ...] = ((),)
    before: tuple[int, ...] = ()
    declared: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parallel:
    """Fetches that don't need each other."""

    fetches: tuple[Fetch, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Waves of fetches, one after the other. `constants` are values of the schema's own field sets, by variable.
    `placed`: what an entity's objects are depends on the objects above, so that no two places share them."""

    kind: str
    waves: tuple[Parallel, ...]
    constants: dict[str, Any] = field(default_factory=dict)
    placed: bool = False

    def fetches(self) -> Iterator[Fetch]:
        """All fetches in order."""
        return (fetch for wave in self.waves for fetch in wave.fetches)

    def settled(self, variables: Mapping[str, Any]) -> Plan:
        """What is sent under these values, its conditions no longer told."""
        kept = (
            tuple(
                replace(fetch, when=((),))
                for fetch in wave.fetches
                if any(hold(each, variables) for each in fetch.when)
            )
            for wave in self.waves
        )
        return replace(self, waves=tuple(Parallel(fetches) for fetches in kept if fetches))

    def text(self) -> str:
        """The plan for people and snapshots; equal plans have equal text."""
        lines = ["Plan {"]
        several = len(self.waves) > 1
        indent = "  "
        if several:
            lines.append("  Sequence {")
            indent += "  "
        for wave in self.waves:
            parallel = len(wave.fetches) > 1
            if parallel:
                lines.append(f"{indent}Parallel {{")
            for fetch in wave.fetches:
                lines.extend(f"{indent}{'  ' if parallel else ''}{line}" for line in _fetch_lines(fetch))
            if parallel:
                lines.append(f"{indent}}}")
        if several:
            lines.append("  }")
        lines.append("}")
        return "\n".join(lines) + "\n"


def print_path(path: tuple[Segment, ...]) -> str:
    """Response path with the types on the way, `Query.me/User.reviews`."""
    return "/".join(f"{type_}.{key}" for type_, key in path)


def _fetch_lines(fetch: Fetch) -> Iterator[str]:
    head = f"Fetch({fetch.subgraph})"
    if fetch.path:
        head += f" at {print_path(fetch.path)}"
    if fetch.when != ((),):
        alternatives = (
            " and ".join(f"{'' if each.wanted else 'not '}${each.variable}" for each in conjunction)
            for conjunction in fetch.when
        )
        head += f" if {' or '.join(alternatives)}"
    yield f"{head} {{"
    for entities in fetch.entities:
        for source in entities.sources:
            line = f"  {entities.key} at {print_path(source.path)} of {_objects(source)} {_templates(source.inputs)}"
            if source.required:
                line += f" requires {_templates(source.required)}"
            yield line
            for (name, _), given in zip(entities.contexts, source.contexts, strict=True):
                place = print_path(source.path[: given.depth])
                yield f"    ${name} from {place or 'the root'} {_templates((given.template,))}"
        for source in entities.known.places.sources if entities.known else ():
            inputs = _templates((*source.inputs, *source.required))
            yield f"  {entities.key} known at {print_path(source.path)} {inputs}"
    for rename in (*fetch.renames, *(each for entities in fetch.entities for each in entities.renames)):
        yield f"  rename {rename.sent} to {rename.key} of {rename.type}"
    for line in print_ast(parse(fetch.document, no_location=True)).splitlines():
        yield f"  {line}"
    yield "}"


def _objects(source: Source) -> str:
    if source.only == source.type:
        return source.type
    return f"{source.only} as {source.type}" if source.only else f"any {source.type}"


def _templates(templates: tuple[Template, ...]) -> str:
    printed = []
    for each in templates:
        name = each.name if each.name == each.key else f"{each.name}: {each.key}"
        nested = " ".join(
            _templates(inner) if len(each.selections) == 1 else f"... on {type_} {_templates(inner)}"
            for type_, inner in each.selections
        )
        printed.append(f"{name} {nested}" if nested else name)
    return "{ " + " ".join(printed) + " }" if printed else "{ __typename }"
