"""The text of the selections of a fetch, with the conditions and directives of the client's document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphql import DirectiveLocation, GraphQLScalarType, is_specified_scalar_type

from hub.federation.operations.operation import ClientDirective, Condition, Occurrence, Operation
from hub.federation.operations.selections import EMPTY_KEY
from hub.federation.planning.fetches import ALWAYS, Item, Tree
from hub.federation.planning.graph import Graph


class SelectionPrinter:
    """Prints selections as compact text and collects the variables that they use; `exact`: they have values of the
    schema's own scalars. Depth is that of the document."""

    def __init__(self, graph: Graph, subgraph: str, contexts: Mapping[str, str]) -> None:
        self.graph, self.subgraph, self.contexts = graph, subgraph, contexts
        self.used: dict[str, None] = {}
        self.exact = False
        self._custom: dict[str, bool] = {}
        self._common: dict[int, frozenset[Condition]] = {}

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
            self.exact = self.exact or self.is_custom(item.type)
            if item.when == ALWAYS and not item.occurrences:
                return head
            conjunctions = [conjunction - conditions for conjunction in item.when]
            if frozenset() in conjunctions:
                conjunctions = [frozenset()]
            ordered = sorted(conjunctions, key=lambda conjunction: sorted(map(condition_order, conjunction)))
            return " ".join(sorted(self.occurrences(item, head, "", ordered, conditions)))
        common = self.common(item) - conditions
        body = self.tree(item.tree, item.type.strip("[]!"), conditions | common)
        return " ".join(self.occurrences(item, head, f"{{{body}}}", [common], conditions))

    def is_custom(self, type_: str) -> bool:
        """Whether values of a printed type are of the schema's own scalars."""
        custom = self._custom.get(type_)
        if custom is None:
            leaf_type = self.graph.supergraph.schema.get_type(type_.strip("[]!"))
            custom = isinstance(leaf_type, GraphQLScalarType) and not is_specified_scalar_type(leaf_type)
            self._custom[type_] = custom
        return custom

    def common(self, item: Item) -> frozenset[Condition]:
        """The conditions under which all is that is read for itself at an item and below."""
        common = self._common.get(id(item))
        if common is None:
            conjunctions = set(item.when)
            for items in item.tree.types.values() if item.tree is not None else ():
                for inner in items.values():
                    conjunctions |= inner.when if inner.tree is None else {self.common(inner)}
            common = self._common[id(item)] = frozenset.intersection(*conjunctions)
        return common

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
        ordered = sorted(conditions, key=condition_order)
        self.used.update(dict.fromkeys(condition.variable for condition in ordered))
        own = list({condition.value: condition for condition in ordered}.values())
        printed = head + "".join(map(_directive, own)) + body
        for condition in ordered:
            if condition not in own:
                printed = f"...{_directive(condition)}{{{printed}}}"
        return printed


def _directive(condition: Condition) -> str:
    return f"@{'include' if condition.value else 'skip'}(if:${condition.variable})"


def condition_order(condition: Condition) -> tuple[str, bool]:
    """What conditions are sorted by, so that equal plans have equal text."""
    return (condition.variable, condition.value)
