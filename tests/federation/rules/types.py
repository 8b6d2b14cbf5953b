"""Kinds and types of one element in several subgraphs; roots; extensions."""

from __future__ import annotations

from tests.federation.rules.case import HEAD, Case, Q

CASES = (
    Case("NO_QUERIES", "Query", ["type T { a: Int }"], ["type Query { a: Int }"]),
    Case(
        "TYPE_KIND_MISMATCH",
        "T",
        [Q + "type T { a: Int }", "interface T { a: Int } type Query { b: T }"],
        [Q + "type T { a: Int }"],
        subgraphs=("s0", "s1"),
    ),
    Case(
        "FIELD_TYPE_MISMATCH",
        "T.a",
        [Q + "type T @shareable { a: Int }", "type T @shareable { a: [Int] }"],
        [Q + "type T @shareable { a: Int }", "type T @shareable { a: Int! }"],
        subgraphs=("s0", "s1"),
    ),
    Case(
        "EXTENSION_WITH_NO_BASE",
        "T",
        ["type Query { a: T } extend type T { a: Int }"],
        ["type Query { a: T } type T { a: Int }"],
        raw=True,
    ),
    Case(
        "EXTENSION_WITH_NO_BASE",
        "T",
        ["type Query { a: T } type T @extends { a: Int }"],
        [HEAD + "type Query { a: T } type T @extends { a: Int }"],
        raw=True,
    ),
    Case(
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
        "T",
        ["type Query { a: T } extend type T { x: Int @external }", "type T { x: Int } type Query { t: T }"],
        ["type Query { a: Int } extend type T { x: Int @external }", "type T { x: Int } type Query { t: T }"],
        raw=True,
    ),
    Case(
        "ENUM_VALUE_MISMATCH",
        "E.B",
        ["type Query { a(e: E): E } enum E { A B }", "type Query { b(e: E): E } enum E { A }"],
        ["type Query { a(e: E): E } enum E { A B }", "type Query { b(e: E): E } enum E { A B }"],
        subgraphs=("s1",),
    ),
    Case(
        "EMPTY_MERGED_ENUM_TYPE",
        "E",
        ["type Query { a(e: E): Int } enum E { A }", "type Query { b(e: E): Int } enum E { B }"],
        ["type Query { a(e: E): Int } enum E { A C }", "type Query { b(e: E): Int } enum E { B C }"],
        subgraphs=("s0", "s1"),
    ),
    Case(
        "ENUM_VALUE_MISMATCH",
        "E.B",
        ["type Query { a(e: E): E } enum E { A B }", "type Query { b(e: E): E } enum E { A }"],
        ["type Query { a(e: E): E } enum E { A B @inaccessible }", "type Query { b(e: E): E } enum E { A }"],
        subgraphs=("s1",),
    ),
)  # fmt: skip
