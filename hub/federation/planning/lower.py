"""Lowering of steps to a plan: documents are printed, steps of one wave and subgraph batched, waves ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce

from hub.federation.budget import Budget
from hub.federation.execution.context_arguments import document, repeated
from hub.federation.operations.operation import ACCESS_KEY, Operation
from hub.federation.planning.entity_reuse import Places
from hub.federation.planning.fetches import Step, Tree, either
from hub.federation.planning.graph import Graph
from hub.federation.planning.passes.order import waves
from hub.federation.planning.query_plan import Entities, Fetch, Need, Parallel, Plan, Rename, Source
from hub.federation.planning.search_state import ContextSource, Segment
from hub.federation.planning.selection_printer import SelectionPrinter, condition_order


def lower(
    graph: Graph,
    operation: Operation,
    steps: Sequence[Step],
    types: Mapping[str, str],
    assumed: tuple[tuple[tuple[Segment, ...], str], ...],
    budget: Budget,
) -> Plan:
    """The plan of the steps of an operation; `types` gives the printed type of every variable. The budget pays for
    what is compared to reuse entities."""
    wave = waves(steps)
    places = Places(graph, steps, wave, budget)
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
    names = {coordinate: name for coordinate, (name, _) in contexts.items()}
    printer = SelectionPrinter(graph, batch[0].subgraph, names)
    before = tuple(sorted({homes[number] for step in batch for number in step.before}))
    first = batch[0]
    conjunctions = (tuple(sorted(conjunction, key=condition_order)) for conjunction in when)
    alternatives = tuple(
        sorted(conjunctions, key=lambda conjunction: [condition_order(condition) for condition in conjunction])
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


def _declared(printer: SelectionPrinter, types: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"${name}:{types[name]}" for name in printer.used)


def _outputs(step: Step) -> tuple[str, ...]:
    """Response keys at the top of the step that the client may have asked for, those of the facts of an object, and the
    type if the step tells it."""
    keys = dict.fromkeys(
        key for items in step.tree.types.values() for key in items if key == ACCESS_KEY or not key.startswith("__")
    )
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
