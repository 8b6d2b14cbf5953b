"""`@context`, `@fromContext`: a context is set above the argument, and selects one field of the argument's type."""

from __future__ import annotations

from tests.federation.rules.case import Case

GOOD = '@fromContext(field: "$c { p }")'


def _graph(
    directive: str = GOOD,
    *,
    argument: str = "a: String",
    name: str = "c",
    holder: str = "{ id: ID! p: String n: Int q: String! l: [String] d: D t: T u: U }",
    more: str = "",
    key: str = '@key(fields: "id")',
) -> list[str]:
    """A holder of type T above U, whose field `f` has an argument with the directive."""
    return [
        f"""
    type Query {{ t: T }} type T @key(fields: "id") @context(name: "{name}") {holder}
    type D {{ p: String q: String n: [String!]! }}
    type U {key} {{ id: ID! f({argument} {directive}): Int }} {more}
    """
    ]


def _field(selection: str) -> str:
    return f'@fromContext(field: "{selection}")'


def _selection(selection: str, mended: str = "$c { p }", argument: str = "a: String", *, strict: bool = False) -> Case:
    bad, good = _graph(_field(selection), argument=argument), _graph(_field(mended), argument=argument)
    return Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", bad, good, strict=strict)


_I = 'interface I {{ id: ID! f{}: Int }} type V implements I @key(fields: "id") {{ id: ID! f{}: Int }}'
_A = '(a: String @fromContext(field: "$c { p }"))'
_BY_TYPE = """
type Query { t: T } interface T @context(name: "c") { u: U } type A implements T { p: String u: U }
type B implements T { q: String u: U } type U @key(fields: "id") { id: ID! f(a: String %s): Int }
"""
_OBJECTS = """
type Query { t: T } type T @key(fields: "id") @context(name: "c") %s { id: ID! p: String u: U }
type U @key(fields: "id") { id: ID! f(a: String @fromContext(field: "$c { p }")): Int }
"""
_INTERFACE = (
    'type Query { i: T } interface T @key(fields: "id") { id: ID! } type X implements T @key(fields: "id") { id: ID! }'
)
_T = 'type T @key(fields: "id") @context(name: "c") { id: ID! p: String @external u: U } '


def _secured(protected: str, own: str) -> list[str]:
    return [
        'type Query { t: T } type T @key(fields: "id") { id: ID! p: String ' + protected + " }",
        _T + f'type U @key(fields: "id") {{ id: ID! f(a: String {GOOD}): Int {own} }}',
    ]


_U_FIELD = 'type U @key(fields: "id") {{ id: ID! f{}: Int @shareable }}'

CASES = (
    Case("CONTEXT_NAME_INVALID", "T", _graph('@fromContext(field: "$a_b { p }")', name="a_b"), _graph()),
    Case("CONTEXT_NAME_INVALID", "T", _graph('@fromContext(field: "$1c { p }")', name="1c"), _graph()),
    Case("CONTEXT_NOT_SET", "U.f(a:)", _graph('@fromContext(field: "$other { p }")'), _graph()),
    Case("CONTEXT_NOT_SET", "U.f(a:)", _graph(argument='a: String = "x"'), _graph()),
    Case("CONTEXT_NOT_SET", "I.f(a:)", _graph(more=_I.format(_A, "(a: String)")), _graph(more=_I.format("", ""))),
    Case("CONTEXT_NOT_SET", "V.f(a:)", _graph(more=_I.format("", _A)), _graph(more=_I.format("", ""))),
    Case("CONTEXT_NOT_SET", "@own(a:)", _graph(more=f"directive @own{_A} on FIELD_DEFINITION"), _graph()),
    Case("NO_CONTEXT_IN_SELECTION", "U.f(a:)", _graph(_field("{ p }")), _graph()),
    Case("NO_CONTEXT_IN_SELECTION", "U.f(a:)", _graph(_field("$c")), _graph(_field(" $ c p"))),
    Case("CONTEXT_NO_RESOLVABLE_KEY", "U", _graph(key=""), _graph()),
    Case("CONTEXT_NO_RESOLVABLE_KEY", "U", _graph(key='@key(fields: "id", resolvable: false)'),
         _graph(key='@key(fields: "id", resolvable: false) @key(fields: "id")')),
    _selection("$c { none }"),
    _selection("$c { }"),
    _selection("$c { p n }"),
    _selection("$c { ... on T { p } ... on T { q } }", "$c { ... on T { p } }"),
    _selection("$c { ... on T { p } q }", "$c ... on T { p }"),
    _selection("$c { ... { p } }", "$c { ... on T { p } }"),
    _selection("$c { ...F }"),
    _selection("$c { x: p }"),
    _selection("$c { p @include(if: true) }"),
    _selection("$c { n }", "$c { q }"),
    _selection("$c { l }", argument="a: String"),
    _selection("$c { p }", "$c { l }", argument="a: [String]"),
    _selection("$c { p }", "$c { d { n } }", argument="a: [String]"),
    _selection("$c { d }", "$c { d { p } }"),
    _selection("$c { d { p q } }", "$c { d { q } }", strict=True),
    _selection("$c { __typename }", strict=True),
    _selection("$c { ... on T { p } ... on D { p } }", "$c { ... on T { p } }"),
    Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", _graph(argument="a: String!"), _graph()),
    Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", [_BY_TYPE % _field("$c ... on T { u { id } }")],
         [_BY_TYPE % _field("$c ... on A { p } ... on B { q }")]),
    Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", [_BY_TYPE % _field("$c { p }")],
         [_BY_TYPE % _field("$c ... on A { p } ... on B { q }")]),
    Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", [_OBJECTS % "@interfaceObject", _INTERFACE],
        [_OBJECTS % "", 'type T @key(fields: "id") { id: ID! }']),
    Case("CONTEXT_INVALID_SELECTION", "U.f(a:)", [
        _graph(more='type Mutation @context(name: "m") { p: String }')[0].replace("$c", "$m")],
        _graph(), strict=True),
    Case("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", "U.f(a:)",
         [_graph()[0].replace("): Int }", "): Int @shareable }"), _U_FIELD.format("(a: String!)")],
         [_graph()[0].replace("): Int }", "): Int @shareable }"), _U_FIELD.format("")], ("s1",)),
    Case("SATISFIABILITY_ERROR", "U.f",
         _graph(more="extend type Query { u: U }"), _graph(more="extend type Query { w: D }")),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "U.f", _secured("@authenticated", ""),
         _secured("@authenticated", "@authenticated"), ("s1",)),
)  # fmt: skip
