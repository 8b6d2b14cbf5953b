"""Random valid operations over the client schema (hypothesis-graphql), fed with values that mean something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    ConstValueNode,
    DocumentNode,
    FieldNode,
    IntValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from hub.graph import GENERATED

Values = Mapping[str, Sequence[str | int | None]]
"""What an argument or an input field of this name may be given."""
AS_DRAWN = 0.1
"""How often a value stays what it was drawn as."""
RENAMED = 0.3
"""How often a field gets an alias."""


@cache
def random_documents(count: int, start: int = 0, roots: tuple[str, ...] = ()) -> tuple[DocumentNode, ...]:
    """Random valid documents, those of `start` being the same at each run; `roots`: of these root fields only."""
    found: dict[str, DocumentNode] = {}
    schema = (GENERATED / "api.graphql").read_text(encoding="utf-8")
    scalars = {
        "Date": st.dates().map(lambda day: nodes.String(str(day))),
        "DateTime": st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")),
    }

    @seed(start)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(queries(schema, fields=roots or None, custom_scalars=scalars, allow_x00=False))
    def collect(text: object) -> None:
        found.setdefault(str(text), parse(str(text)))

    collect()
    return tuple(found.values())


def fed(document: DocumentNode, values: Values, random: Random) -> str:
    """The document with given values for the arguments that have some, and some of its fields under other names."""

    class Feeder(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
            if node.alias is not None or random.random() >= RENAMED:
                return None
            return FieldNode(
                name=node.name, alias=NameNode(value=f"k{random.randrange(10**5)}"), arguments=node.arguments,
                directives=node.directives, selection_set=node.selection_set,
            )  # fmt: skip

        def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
            return self._fed(node)

        def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
            return self._fed(node)

        def _fed(self, node: Any) -> Any:
            known = values.get(node.name.value)
            if known is None or random.random() < AS_DRAWN:
                return None
            return type(node)(name=node.name, value=_literal(random.choice(known)))

    return print_ast(visit(document, Feeder()))


def _literal(value: str | int | None) -> ConstValueNode:
    if value is None:
        return NullValueNode()
    return IntValueNode(value=str(value)) if isinstance(value, int) else StringValueNode(value=value)
