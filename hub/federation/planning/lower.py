"""Lowering of steps to a plan: documents are printed, steps of one wave and subgraph batched, waves ordered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from graphql import DirectiveLocation, GraphQLScalarType, is_specified_scalar_type

from hub.federation.execution.context_arguments import document, repeated
from hub.federation.operations.normalise import EMPTY_KEY
from hub.federation.operations.operation import ClientDirective, Condition, Occurrence, Operation
from hub.federation.planning.entity_reuse import Places
from hub.federation.planning.fetches import ALWAYS, Item, Step, Tree, either
from hub.federation.planning.graph import Graph
from hub.federation.planning.passes.order import waves
from hub.federation.planning.query_plan import Entities, Fetch, Need, Parallel, Plan, Rename, Source
from hub.federation.planning.search_state import ContextSource, Segment


def lower(
    graph: Graph,
    operation: Operation,
    steps: Sequence[Step],
    types: Mapping[str, str],
    assumed: tuple[tuple[tuple[Segment, ...], str], ...],
) -> Plan:
    """The plan of the steps of an operation; `types` gives the printed type of every variable."""
    wave = waves(steps)
    places = Places(graph, steps, wave)
    ordered: dict[tuple[int, int], dict[tuple[object, ...], list[Step]]] = {}
    for step in sorted(steps, key=lambda step: (step.run, wave[step.number], step.number)):
        batch = (step.subgraph,) if not step.root else (step.subgraph, step.number)
        ordered.setdefault((step.run, wave[step.number]), {}).setdefault(batch, []).append(step)
    homes = {
        step.number: batch[0].number for batches in ordered.values() for batch in batches.values() for step in batch
    }
    return Plan(
        operation.kind,
        tuple(
            Parallel(tuple(_fetch(graph, operation, batch, types, homes, places) for batch in batches.values()))
            for batches in ordered.values()
        ),
        {name: value for name, (_, value) in graph.supergraph.constants.items() if name in types},
        by_context=any(step.contexts for step in steps),
        assumed=assumed,
    )


def _fetch(
    graph: Graph,
    operation: Operation,
    batch: Sequence[Step],
    types: Mapping[str, str],
    homes: Mapping[int, int],
    places: Places,
) -> Fetch:
    when = reduce(either, [step.when for step in batch])
    common = next(iter(when)) if len(when) == 1 else frozenset()
    contexts = _contexts(batch, types)
    printer = _Printer(graph, batch[0].subgraph, {coordinate: name for coordinate, (name, _) in contexts.items()})
    before = tuple(sorted({homes[number] for step in batch for number in step.before}))
    first = batch[0]
    conjunctions = (tuple(sorted(conjunction, key=_condition_order)) for conjunction in when)
    alternatives = tuple(
        sorted(conjunctions, key=lambda conjunction: [_condition_order(condition) for condition in conjunction])
    )
    if first.root:
        body = printer.tree(first.tree, first.type, common)
        kind = operation.kind if not first.path and first.type == "Mutation" else "query"
        directives = printer.on_operation(operation, kind)
        declared = _declared(printer, types)
        head = f"({','.join(declared)})" if declared else ""
        return Fetch(
            first.number,
            first.subgraph,
            f"{kind}{head}{directives}{{{body}}}",
            tuple(printer.used),
            path=first.path,
            outputs=_outputs(first),
            renames=_renames(first.tree),
            when=alternatives,
            before=before,
            coordinates=_coordinates(first.tree),
            exact_numbers=printer.exact,
        )
    entities: dict[tuple[str, str], list[Step]] = {}
    for step in batch:
        entities.setdefault((step.type, printer.tree(step.tree, step.type, common)), []).append(step)
    variable = _free("representations", types)
    parts = []
    for index, ((type_, body), members) in enumerate(entities.items()):
        context_variables = tuple(contexts[conjunction.coordinate] for conjunction in _ordered(members[0]))
        whole, sources = f"...on {type_}{{{body}}}", tuple(map(_source, members))
        reuse = places.reuse(members, common)
        part = Entities("_entities", variable, sources, _renames(members[0].tree), whole, context_variables, reuse)
        parts.append(part if len(entities) == 1 else _numbered(part, index))
    directives = printer.on_operation(operation, "query")
    declared = _declared(printer, types)
    return Fetch(
        first.number,
        first.subgraph,
        document(parts, declared, directives),
        tuple(printer.used),
        entities=tuple(parts if contexts else (replace(conjunction, body="") for conjunction in parts)),
        when=alternatives,
        before=before,
        declared=declared if contexts else (),
        directives=directives if contexts else "",
        coordinates=tuple(dict.fromkeys(type_ for type_, _ in entities)),
        exact_numbers=printer.exact,
    )


def _coordinates(tree: Tree) -> tuple[str, ...]:
    """Coordinates of the fields at the top."""
    coordinates = (f"{type_}.{item.name}" for type_, items in tree.types.items() for item in items.values())
    return tuple(dict.fromkeys(coordinates))


def _numbered(entities: Entities, index: int) -> Entities:
    """One of several fields of a document."""
    return replace(repeated(entities, f"_{index}"), key=f"_e{index}", variable=f"{entities.variable}{index}")


def _source(step: Step) -> Source:
    needs = tuple(
        Need(required, tuple(context.coordinate for context in contexts), frozenset(keys))
        for (required, contexts), keys in step.dependents.items()
    )
    return Source(
        step.path, step.type, step.only, step.inputs, step.required, needs, _outputs(step), tuple(_ordered(step))
    )


def _ordered(step: Step) -> list[ContextSource]:
    return sorted(step.contexts, key=lambda context: context.coordinate)


def _contexts(batch: Sequence[Step], types: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Variable and type of each argument that an object above gives, by coordinate."""
    base = _free("context", types)
    types_by_coordinate = {context.coordinate: context.type for step in batch for context in _ordered(step)}
    return {
        coordinate: (f"{base}{index}", type_) for index, (coordinate, type_) in enumerate(types_by_coordinate.items())
    }


def _free(base: str, types: Mapping[str, str]) -> str:
    """A name that no variable of the operation begins with."""
    while any(name.startswith(base) for name in types):
        base += "_"
    return base


def _declared(printer: _Printer, types: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"${name}:{types[name]}" for name in printer.used)


def _outputs(step: Step) -> tuple[str, ...]:
    """Response keys at the top of the step that the client may have asked for, and the type if the step tells it."""
    keys = dict.fromkeys(key for items in step.tree.types.values() for key in items if not key.startswith("__"))
    return tuple(keys) if step.only is not None else ("__typename", *keys)


def _renames(tree: Tree) -> tuple[Rename, ...]:
    """The renames on an object. Depth is that of the document."""
    renames = []
    for type_, items in tree.types.items():
        for item in items.values():
            below = _renames(item.tree) if item.tree is not None else ()
            if item.alias is not None or below:
                renames.append(Rename(type_, item.sent_key, item.key, below))
    return tuple(renames)


class _Printer:
    """Prints selections as compact text and collects the variables that they use; `exact`: they have values of the
    schema's own scalars. Depth is that of the document."""

    def __init__(self, graph: Graph, subgraph: str, contexts: Mapping[str, str]) -> None:
        self.graph, self.subgraph, self.contexts = graph, subgraph, contexts
        self.used: dict[str, None] = {}
        self.exact = False

    def tree(self, tree: Tree, static_type: str, conditions: frozenset[Condition]) -> str:
        """The printed selection on a value of the static type; `conditions` hold here already."""
        abstract = static_type not in tree.types or len(tree.types) > 1
        typed = tree.abstract or abstract
        printed = {
            type_: {
                item.key: self.item(item, conditions)
                for item in items.values()
                if not typed or item.key != "__typename"
            }
            for type_, items in tree.types.items()
        }
        shared = self.shared(static_type, tree, printed)
        parts = ["__typename"] if typed else []
        parts.extend(next(iter(printed.values()))[key] for key in shared)
        for type_, items in printed.items():
            own = [text for key, text in items.items() if key not in shared]
            if own:
                parts.append(f"...on {type_}{{{' '.join(own)}}}" if abstract else " ".join(own))
        if parts:
            return " ".join(parts)
        join = self.graph.supergraph.types[static_type].joins.get(self.subgraph)
        untyped = join is not None and join.interface_object  # which would tell the interface's name
        return f"{EMPTY_KEY}:__typename" if untyped else "__typename"

    def shared(self, static_type: str, tree: Tree, printed: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Keys that an interface can be selected by: its own field, with the same text and type for every type that the
        subgraph may return, and with arguments that the interface has too."""
        join = self.graph.supergraph.types[static_type].joins.get(self.subgraph)
        if static_type in tree.types or join is None or not join.members or join.members - printed.keys():
            return []
        first = next(iter(tree.types.values()))
        return [
            key
            for key in first
            if len({items.get(key) for items in printed.values()}) == 1
            and all(self.on_interface(static_type, items[key]) for items in tree.types.values())
        ]

    def on_interface(self, interface: str, item: Item) -> bool:
        return self.graph.on_interface(interface, self.subgraph, item.name, item.arguments, item.type)

    def item(self, item: Item, conditions: frozenset[Condition]) -> str:
        head = item.name if item.sent_key == item.name else f"{item.sent_key}:{item.name}"
        if item.arguments:
            self.used.update(dict.fromkeys(variable for _, variable in item.arguments if variable not in self.contexts))
            arguments = ((name, self.contexts.get(variable, variable)) for name, variable in item.arguments)
            head += "(" + ",".join(f"{name}:${variable}" for name, variable in arguments) + ")"
        if item.tree is None:
            leaf_type = self.graph.supergraph.schema.get_type(item.type.strip("[]!"))
            self.exact |= isinstance(leaf_type, GraphQLScalarType) and not is_specified_scalar_type(leaf_type)
            if item.when == ALWAYS and not item.occurrences:
                return head
            conjunctions = [conjunction - conditions for conjunction in item.when]
            if frozenset() in conjunctions:
                conjunctions = [frozenset()]
            ordered = sorted(conjunctions, key=lambda conjunction: sorted(map(_condition_order, conjunction)))
            return " ".join(sorted(self.occurrences(item, head, "", ordered, conditions)))
        all_conjunctions = [conjunction for leaf in (item, *item.tree.leaves()) for conjunction in leaf.when]
        common = frozenset.intersection(*all_conjunctions) - conditions
        body = self.tree(item.tree, item.type.strip("[]!"), conditions | common)
        return " ".join(self.occurrences(item, head, f"{{{body}}}", [common], conditions))

    def occurrences(
        self,
        item: Item,
        head: str,
        body: str,
        alternatives: Sequence[frozenset[Condition]],
        conditions: frozenset[Condition],
    ) -> Iterator[str]:
        """A field under each of the alternatives, and further places of it that have directives of the client's.

        The first place that is there whenever the field is lends the field its directives.
        """
        whole = conditions | alternatives[0]
        lends = (place for place in item.occurrences if len(alternatives) == 1 and whole.issuperset(place.conditions))
        main = next(lends, None)
        for alternative in alternatives:
            yield self.placed(main, head, body, alternative)
        for place in item.occurrences:
            if place is not main:
                empty = f"{{{EMPTY_KEY}:__typename}}" if body else ""
                yield self.placed(place, head, empty, frozenset(place.conditions) - conditions)

    def placed(self, place: Occurrence | None, head: str, body: str, conditions: frozenset[Condition]) -> str:
        """A field with the directives of a place, and the fragments around it that have some."""
        if place is None:
            return self.conditioned(head, body, conditions)
        printed = self.conditioned(head + self.directives(place.on_field), body, conditions)
        for directives in reversed(place.around):
            printed = f"...{self.directives(directives)}{{{printed}}}"
        return printed

    def on_operation(self, operation: Operation, kind: str) -> str:
        """The directives of the client's operation that may stand on one of this kind."""
        schema, location = self.graph.supergraph.schema, DirectiveLocation[kind.upper()]
        allowed = []
        for directive in operation.directives:
            definition = schema.get_directive(directive.name)
            if definition is not None and location in definition.locations:
                allowed.append(directive)
        return self.directives(allowed)

    def directives(self, directives: Iterable[ClientDirective]) -> str:
        """The text of directives, whose variables are used."""
        printed = ""
        for directive in directives:
            self.used.update(dict.fromkeys(variable for _, variable in directive.arguments))
            arguments = ",".join(f"{name}:${variable}" for name, variable in directive.arguments)
            printed += f"@{directive.name}({arguments})" if arguments else f"@{directive.name}"
        return printed

    def conditioned(self, head: str, body: str, conditions: frozenset[Condition]) -> str:
        """A field under all the conditions: each directive stands once on it, further ones on fragments around it."""
        ordered = sorted(conditions, key=_condition_order)
        self.used.update(dict.fromkeys(condition.variable for condition in ordered))
        own = list({condition.value: condition for condition in ordered}.values())
        printed = head + "".join(map(_directive, own)) + body
        for condition in ordered:
            if condition not in own:
                printed = f"...{_directive(condition)}{{{printed}}}"
        return printed


def _directive(condition: Condition) -> str:
    return f"@{'include' if condition.value else 'skip'}(if:${condition.variable})"


def _condition_order(condition: Condition) -> tuple[str, bool]:
    return (condition.variable, condition.value)
