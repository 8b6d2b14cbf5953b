"""Arguments and input types in several subgraphs."""

from __future__ import annotations

from tests.federation.rules.case import TWO, Case


def _arguments(first: str, second: str) -> list[str]:
    return [f"type Query {{ a{arguments}: Int @shareable }}" for arguments in (first, second)]


def _inputs(first: str, second: str) -> list[str]:
    return [f"type Query {{ f{n}(i: I): Int }} input I {{ {fields} }}" for n, fields in enumerate((first, second))]


NOTE = "directive @note(n: Int) on FIELD "
LISTED = "directive @note(n: [Int]) on FIELD "

CASES = (
    Case("FIELD_ARGUMENT_TYPE_MISMATCH", "@note(n:)",
         [NOTE + "type Query { a: Int }", LISTED + "type Query { b: Int }"],
         [NOTE + "type Query { a: Int }", NOTE + "type Query { b: Int }"], TWO),
    Case("REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", "I.y", _inputs("x: Int y: Int!", "x: Int"),
         ["type Query { f(i: I @inaccessible): Int } input I @inaccessible { x: Int y: Int! @inaccessible }",
          "type Query { g: Int } input I { x: Int }"]),
    Case("EMPTY_MERGED_INPUT_TYPE", "I", _inputs("y: Int", "x: Int"),
         _inputs("x: Int @inaccessible y: Int", "y: Int")),
    Case("FIELD_ARGUMENT_TYPE_MISMATCH", "Query.a(x:)", _arguments("(x: Int)", "(x: ID)"),
         _arguments("(x: Int)", "(x: Int!)"), TWO),
    Case("FIELD_ARGUMENT_DEFAULT_MISMATCH", "Query.a(x:)", _arguments("(x: Int = 1)", "(x: Int = 2)"),
         _arguments("(x: Int = 1)", "(x: Int = 1)"), TWO),
    Case("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", "Query.a(x:)", _arguments("(x: Int!)", ""),
         _arguments("(x: Int! = 1)", "")),
    Case("FIELD_TYPE_MISMATCH", "I.x", _inputs("x: Int", "x: String"), _inputs("x: Int", "x: Int!"), TWO),
    Case("INPUT_FIELD_DEFAULT_MISMATCH", "I.x", _inputs("x: Int = 1", "x: Int = 2"),
         _inputs("x: Int = 1", "x: Int = 1"), TWO),
    Case("EMPTY_MERGED_INPUT_TYPE", "I", _inputs("x: Int", "y: Int"), _inputs("x: Int z: Int", "y: Int z: Int"), TWO),
    Case("REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", "I.y", _inputs("x: Int y: Int!", "x: Int"),
         _inputs("x: Int y: Int", "x: Int"), TWO),
)  # fmt: skip
