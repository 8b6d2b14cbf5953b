"""Spoiled subgraphs: whatever their text, they compose or every reason not to is told; nothing else ever happens."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed, RuleViolation
from hub.wording.composition import failure_message
from tests.federation import library, orchard, shop, town
from tests.federation.rules import CASES

TOKEN = re.compile(r'"[^"\n]*"|@?\w+|[^\s\w]')
WORDS = [
    "Int", "ID!", "T", "[T]", "Query", "type", "interface", "union", "enum", "input", "scalar", "extend", "implements",
    "&", "|", "{ id }", "= 1", "...", '"__typename"', "@external", "@shareable", "@inaccessible", "@interfaceObject",
    '@key(fields: "id")', "@key(fields: null)", '@key(fields: ["id"])', '@requires(fields: "id { x }")', "@requires",
    '@provides(fields: "... on T { id }")', '@override(from: "s0")', "@override(from: null)", "@tag(name: 3)",
    '@context(name: "c")', "@context(name: null)", '@fromContext(field: "$c { id }")', "@fromContext", "(a: ID)",
    "@listSize(sizedFields: null)", '@listSize(slicingArguments: "a")', "@federation__cost(weight: 2)",
]  # fmt: skip
POOL = [[source.sdl for source in case.sources(sdls)] for case in CASES for sdls in (case.bad, case.good)]
POOL += [[part.sdl for part in module.PARTS] for module in (shop, town, library, orchard)]


@settings(max_examples=400, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_spoiled_subgraphs_compose_or_are_refused_with_reasons(data: st.DataObject) -> None:
    sdls = list(data.draw(st.sampled_from(POOL)))
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(sdls) - 1))
        tokens = list(TOKEN.finditer(sdls[index]))
        if tokens:
            at = data.draw(st.sampled_from(tokens))
            word = data.draw(st.sampled_from(["", *WORDS]))
            end = at.end() if data.draw(st.booleans()) else at.start()
            sdls[index] = f"{sdls[index][: at.start()]} {word} {sdls[index][end:]}"
    failures = composition_failures([Source(f"s{number}", "", sdl) for number, sdl in enumerate(sdls)])
    assert all(failure.code and failure.subgraphs and failure_message(failure) for failure in failures)


def composition_failures(sources: list[Source]) -> tuple[RuleViolation, ...]:
    """None if the sources compose to a graph with queries."""
    try:
        supergraph = compose(sources)
    except CompositionFailed as failed:
        return failed.failures
    assert supergraph.client_schema.query_type is not None
    return ()
