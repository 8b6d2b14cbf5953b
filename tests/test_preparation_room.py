"""What clients ask of the hub's own graph is far from the bound of steps, and what looks for leaks is below it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from graphql import OperationDefinitionNode, get_introspection_query, parse

from benchmarks.gateway.planning import wide
from hub.client_code.operations import read_operations
from hub.federation.budget import STEPS, Budget
from hub.gateway import EVERYONE, allow
from hub.prepare import Preparer
from tests.conftest import ROOT
from tests.e2e.canary_operations import all_of_a_person_in_parts
from tests.pinned_graph import graph

WRITTEN = re.compile(
    r"""```graphql\n(?P<block>.*?)```|"query": "(?P<json>(?:[^"\\]|\\.)*)"|`(?P<inline>(?:query|mutation) [^`]*)`""",
    re.DOTALL,
)
"""Documents of a page: in a block, in the body of a request, or within a sentence."""
WHOLE_SCHEMA = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


def client_documents() -> Iterator[tuple[str, str]]:
    """Documents with their origins: the pages', the published clients', the documentation's."""
    for path in sorted((ROOT / "hub" / "pages").glob("*.graphql")):
        yield path.name, path.read_text(encoding="utf-8")
    for operation in read_operations([ROOT / "clients" / "operations"], graph().supergraph.client_schema):
        yield "clients", operation.text
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for written in WRITTEN.finditer(page.read_text(encoding="utf-8")):
            body = written["json"]
            text = json.loads(f'"{body}"') if body is not None else written["block"] or written["inline"]
            yield page.name, text


def steps(text: str, name: str | None = None) -> int:
    """The steps that preparing an operation takes."""
    supergraph, budget = graph().supergraph, Budget()
    Preparer(supergraph, supergraph.client_schema, allow).prepare(text, name, EVERYONE, "t", budget)
    return budget.steps - budget.left


def test_what_clients_ask_takes_a_third_of_the_steps_at_most() -> None:
    steps_by_operation = {
        (origin, operation.name.value if operation.name else text): steps(
            text, operation.name.value if operation.name else None
        )
        for origin, text in [
            *client_documents(),
            ("introspection", WHOLE_SCHEMA),
            ("300 fields", wide(graph().supergraph.client_schema, 300)),
        ]
        for operation in parse(text).definitions
        if isinstance(operation, OperationDefinitionNode)
    }
    assert {name for name, number in steps_by_operation.items() if 3 * number > STEPS} == set()
    assert {origin for origin, _ in steps_by_operation} >= {
        "README.md",
        "journey.graphql",
        "clients",
        "premiere-heure.md",
    }


def test_every_field_below_a_person_is_prepared_in_some_parts_that_leave_room() -> None:
    """Otherwise the requests by which leaks are looked for are refused: take more parts."""
    parts = all_of_a_person_in_parts()
    assert max(steps(f"query ($id: ID!) {{ person(id: $id) {{ {part} }} }}") for part in parts) <= 0.95 * STEPS
