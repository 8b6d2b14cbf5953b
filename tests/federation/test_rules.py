"""Each composition rule: its violations, their messages, that the corrected subgraphs compose, and Apollo's verdict."""

from __future__ import annotations

import pytest

from hub.federation.compose.composer import Source, compose
from hub.federation.compose.rules.satisfiability import unsatisfiable_fields
from hub.federation.errors import CompositionFailed, RuleViolation
from hub.wording.composition import failure_message, sentences
from tests.federation.apollo import apollo_composition
from tests.federation.rules import CASES
from tests.federation.rules.case import HEAD, Case, K, Q
from tests.federation.rules.codes import NO_RULE, RULES_WITHOUT_CASE, SPECIFIED
from tests.node import Node

IDS = [f"{number}-{case.code}-{case.coordinate}" for number, case in enumerate(CASES)]


def failures(case: Case) -> dict[tuple[str, str], RuleViolation]:
    with pytest.raises(CompositionFailed) as caught:
        compose(case.sources(case.bad))
    return {(failure.code, failure.coordinate): failure for failure in caught.value.failures}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_violated_rule_names_coordinate_subgraphs_and_mend(case: Case) -> None:
    failure = failures(case)[case.code, case.coordinate]
    assert set(case.subgraphs) <= set(failure.subgraphs) <= {f"s{n}" for n in range(len(case.bad))}
    for message in (failure.message, failure_message(failure)):
        assert all(name in message for name in (case.coordinate, *case.subgraphs))
        assert message.endswith(".")
        assert ".." not in message.replace("...", "")
    compose(case.sources(case.good))


def test_apollo_refuses_for_the_same_reason_and_composes_what_is_mended(node: Node) -> None:
    """Where Apollo fails without a code (a syntax error, a crash), only the refusal is compared."""
    compositions = [apollo_composition(case.sources(sdls)) for case in CASES for sdls in (case.bad, case.good)]
    answers = node.run("read.cjs", compositions)
    for case, bad, good in zip(CASES, answers[::2], answers[1::2], strict=True):
        codes = {error.get("code") for error in bad.get("errors", [])}
        assert case.strict or case.code in codes or codes == {None}, (case, bad)
        assert "errors" not in good, (case, good)


def test_every_code_of_the_specification_is_a_rule_or_has_a_reason_not_to_be() -> None:
    shown = {case.code for case in CASES}
    assert not shown & NO_RULE.keys()
    assert shown | NO_RULE.keys() >= SPECIFIED
    assert shown <= SPECIFIED


def test_every_rule_has_a_french_sentence() -> None:
    assert {case.code for case in CASES} | RULES_WITHOUT_CASE == sentences().failures.keys()
    assert all(sentence.endswith(".") for sentence in sentences().failures.values())


def test_the_list_of_codes_is_apollos(node: Node) -> None:
    assert set(node.run("codes.cjs", None)) == SPECIFIED


def failing_codes(*sdls: str) -> set[str]:
    with pytest.raises(CompositionFailed) as caught:
        compose([Source(f"s{number}", "", HEAD + sdl) for number, sdl in enumerate(sdls)])
    return {failure.code for failure in caught.value.failures}


def test_every_failure_of_a_stage_is_told_at_once() -> None:
    sdls = (Q + K + "{ id: ID! x: Int }", K + "{ id: ID! x: String }")
    assert failing_codes(*sdls) == {"FIELD_TYPE_MISMATCH", "INVALID_FIELD_SHARING"}


def test_the_failures_of_each_subgraph_by_itself_are_told_at_once() -> None:
    sdls = (Q + 'type T @key(fields: "no") { id: ID! }', "type U { x: Nowhere }", "type T { id: ID! }")
    assert failing_codes(*sdls) == {"KEY_INVALID_FIELDS", "INVALID_GRAPHQL"}


def test_a_subgraph_has_no_reserved_name() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose([Source("_", "", "type Query { a: Int }")])
    assert [failure.code for failure in caught.value.failures] == ["INVALID_SUBGRAPH_NAME"]


def test_two_subgraphs_of_one_name_do_not_compose() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose([Source("a-b", "", "type Query { a: Int }"), Source("a_b", "", "type Query { b: Int }")])
    assert [failure.code for failure in caught.value.failures] == ["INVALID_SUBGRAPH_NAME"]


def test_a_graph_too_large_to_be_checked_is_refused() -> None:
    supergraph = compose([Source("s0", "", HEAD + Q + K + "{ id: ID! x: Int }")])
    (failure,) = unsatisfiable_fields(supergraph, moves=1)
    assert failure.code == "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"


def test_the_dead_end_is_shown_as_a_path_of_fields() -> None:
    sdls = [Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int }"]
    with pytest.raises(CompositionFailed) as caught:
        compose([Source(f"s{number}", "", HEAD + sdl) for number, sdl in enumerate(sdls)])
    assert "Query.a/T.x" in caught.value.message
