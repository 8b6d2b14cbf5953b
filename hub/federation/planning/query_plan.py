"""The query plan: the fetches from each subgraph in their order, as frozen values with a text form.

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
from hub.federation.planning.search_state import ContextSource, Segment, Template

LONGEST_INDENTED = 20_000
"""Characters of a plan's documents that are indented for people, some 50 ms of work; longer ones are shown as they are
sent."""


@dataclass(frozen=True, slots=True)
class Need:
    """What some fields of a fetch need: templates that they require of the object, coordinates of context arguments.

    Without it the response keys `keys` are null, and no others.
    """

    required: tuple[Template, ...]
    contexts: tuple[str, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """Objects of the response tree that a fetch completes as entities.

    `path`: where they are; `only`: their concrete type, None for any; `type`: the entity's name in the subgraph;
    `inputs`: their key; `required`: what `@requires` reads; `contexts`: arguments that objects on the path give;
    `needs`: which fields need which of both; `outputs`: the client's response keys.
    """

    path: tuple[Segment, ...]
    type: str
    only: str | None
    inputs: tuple[Template, ...]
    required: tuple[Template, ...] = ()
    needs: tuple[Need, ...] = ()
    outputs: tuple[str, ...] = ()
    contexts: tuple[ContextSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """A key of the subgraph's answer that may be another in the response, on objects of one concrete type, and the
    renames below it: as a tree, so that an object is met once."""

    type: str
    sent: str
    key: str
    below: tuple[Rename, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSelection:
    """How an object of the response tree answers a selection: per concrete type (response key to write, response key
    to read, selection on the value, None for a leaf). `typed`: with its `__typename`."""

    typed: bool
    types: tuple[tuple[str, tuple[tuple[str, str, StoredSelection | None], ...]], ...]


@dataclass(frozen=True, slots=True)
class Reuse:
    """Places of the response tree that the subgraph has answered in full: an entity with the representation of one of
    their objects is not fetched. `selections`: how the objects of each source answer."""

    places: Entities
    selections: tuple[StoredSelection, ...]


@dataclass(frozen=True)
class Entities:
    """One `_entities` field of a fetch: its response key, its variable, the sources of its representations.

    `body`: the fragment selected on the entities; `contexts`: variables and types of the sources' context arguments, in
    their order; `reuse`: where earlier answers may hold the entities.
    """

    key: str
    variable: str
    sources: tuple[Source, ...]
    renames: tuple[Rename, ...] = ()
    body: str = ""
    contexts: tuple[tuple[str, str], ...] = ()
    reuse: Reuse | None = None

    @cached_property
    def collect(self) -> Collector:
        """The collector of its representations, built at the first use of the plan."""
        return Collector(self.sources)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph: root fields (merged at `path`) if `entities` is empty.

    `when`: sent if all conditions of any member hold; `before`: fetches whose failure explains missing keys;
    `declared`: the document's declarations of `variables`, `directives` those of its operation, for documents that are
    printed again; `coordinates`: its root fields or types of entities; `exact_numbers`: it asks for values of the
    schema's own scalars, whose numbers are read as they are written.
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
    directives: str = ""
    coordinates: tuple[str, ...] = ()
    exact_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Parallel:
    """Fetches that don't need each other."""

    fetches: tuple[Fetch, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Waves of fetches, one after the other. `constants`: literals of the schema's own field sets, by variable;
    `by_context`: entities depend on the objects above them, so that no two places of an entity share an object;
    `assumed`: the type that objects at a path are taken for if no answer tells theirs."""

    kind: str
    waves: tuple[Parallel, ...]
    constants: dict[str, Any] = field(default_factory=dict)
    by_context: bool = False
    assumed: tuple[tuple[tuple[Segment, ...], str], ...] = ()

    def fetches(self) -> Iterator[Fetch]:
        """All fetches in order."""
        return (fetch for wave in self.waves for fetch in wave.fetches)

    def under(self, variables: Mapping[str, Any]) -> Plan:
        """The plan under these values of the variables: only the fetches that are sent, without their conditions."""
        waves = (
            tuple(
                replace(fetch, when=((),))
                for fetch in wave.fetches
                if any(hold(conjunction, variables) for conjunction in fetch.when)
            )
            for wave in self.waves
        )
        return replace(self, waves=tuple(Parallel(fetches) for fetches in waves if fetches))

    def text(self) -> str:
        """The plan for people and snapshots; equal plans have equal text."""
        lines = ["Plan {"]
        several = len(self.waves) > 1
        indented = sum(len(fetch.document) for fetch in self.fetches()) <= LONGEST_INDENTED
        indent = "  "
        if several:
            lines.append("  Sequence {")
            indent += "  "
        for wave in self.waves:
            parallel = len(wave.fetches) > 1
            if parallel:
                lines.append(f"{indent}Parallel {{")
            for fetch in wave.fetches:
                lines.extend(f"{indent}{'  ' if parallel else ''}{line}" for line in _fetch_lines(fetch, indented))
            if parallel:
                lines.append(f"{indent}}}")
        if several:
            lines.append("  }")
        lines += [f"  any type at {print_path(path)}, taken for {type_}" for path, type_ in self.assumed]
        lines.append("}")
        return "\n".join(lines) + "\n"


def print_path(path: tuple[Segment, ...]) -> str:
    """The text of a response path with its types, `Query.me/User.reviews`."""
    return "/".join(f"{type_}.{key}" for type_, key in path)


def _fetch_lines(fetch: Fetch, indented: bool) -> Iterator[str]:
    head = f"Fetch({fetch.subgraph})"
    if fetch.path:
        head += f" at {print_path(fetch.path)}"
    if fetch.when != ((),):
        alternatives = (
            " and ".join(f"{'' if condition.value else 'not '}${condition.variable}" for condition in conjunction)
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
            for (name, _), context in zip(entities.contexts, source.contexts, strict=True):
                place = print_path(source.path[: context.depth])
                yield f"    ${name} from {place or 'the root'} {_templates((context.template,))}"
        for source in entities.reuse.places.sources if entities.reuse else ():
            inputs = _templates((*source.inputs, *source.required))
            yield f"  {entities.key} known at {print_path(source.path)} {inputs}"
    renames = [*fetch.renames, *(rename for entities in fetch.entities for rename in entities.renames)]
    for rename in renames:
        renames.extend(rename.below)
        if rename.sent != rename.key:
            yield f"  rename {rename.sent} to {rename.key} of {rename.type}"
    document = print_ast(parse(fetch.document, no_location=True)) if indented else fetch.document
    for line in document.splitlines():
        yield f"  {line}"
    yield "}"


def _objects(source: Source) -> str:
    if source.only == source.type:
        return source.type
    return f"{source.only} as {source.type}" if source.only else f"any {source.type}"


def _templates(templates: tuple[Template, ...]) -> str:
    printed = []
    for template in templates:
        name = template.name if template.name == template.key else f"{template.name}: {template.key}"
        nested = " ".join(
            _templates(inner) if len(template.selections) == 1 else f"... on {type_} {_templates(inner)}"
            for type_, inner in template.selections
        )
        printed.append(f"{name} {nested}" if nested else name)
    return "{ " + " ".join(printed) + " }" if printed else "{ __typename }"
