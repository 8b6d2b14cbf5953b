"""Names that the `@link`s of one subgraph give: each exists, none has two meanings."""

from __future__ import annotations

from tests.federation.rules.case import LINK, Case

A = "type Query { a: Int }"
GOOD = LINK.format(minor=9, names='"@key", {name: "@tag", as: "@label"}') + A
TAG = 'extend schema @link(url: "https://specs.apollo.dev/tag/v0.3", import: ["@label"]) '
BOUND = (
    'extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/tag/v0.3"{}) '
)
SHIELD = 'extend schema @link(url: "https://other.example/shield/v1.0"{}) '


def _refused(*links: str, good: str = GOOD) -> Case:
    return Case("INVALID_LINK_DIRECTIVE_USAGE", "schema", ["".join(links) + A], [good], raw=True)


def _importing(names: str, minor: int = 9) -> str:
    return LINK.format(minor=minor, names=names)


def _shield(arguments: str = "") -> str:
    return SHIELD.format(f", {arguments}" if arguments else "")


CASES = (
    _refused(_importing('"@authenticated"', 3), good=_importing('"@authenticated"', 5) + A),
    _refused(_importing('"Scope"', 4), good=_importing('"Scope"', 5) + A),
    _refused(_importing('"FieldSets"')),
    _refused(_importing("3")),
    _refused(_importing('{as: "@key"}')),
    _refused(_importing('{name: "@key", to: "@k"}')),
    _refused(_importing('{name: "@key", as: "k"}')),
    _refused(_importing('{name: "FieldSet", as: "@Set"}')),
    _refused(_importing('{name: "@key", as: "@9"}')),
    _refused(_importing('"@key"'), _importing('"@shareable"')),
    _refused(_importing('"@key"'), TAG),
    _refused(_importing('"@key"'), _shield(), _shield(), good=_importing('"@key"') + _shield() + A),
    _refused(_importing('"@key"'), _shield('as: "my__shield"')),
    _refused(_importing('"@key"'), _shield('as: "shield_"')),
    _refused(_importing('"@key"'), _shield('as: "1"')),
    _refused(_importing('"@key"'), _shield('as: "federation"'), good=_importing('"@key"') + _shield('as: "mine"') + A),
    _refused(_importing('"@key"'), _shield('import: ["@key"]'),
             good=_importing('"@key"') + _shield('import: [{name: "@key", as: "@shieldKey"}]') + A),
    _refused(_importing('"@key"'), _shield('import: ["@federation"]')),
    _refused(_importing('"@key"'), _shield('import: ["@federation__key"]')),
    _refused(_importing('"@key"'), _shield('import: [{name: "@a", as: "@shield"}]')),
    _refused(_importing('"@key"'), _shield('import: [{name: "@a", as: "@shield__b"}]')),
    _refused(_importing('{name: "@key", as: "@shield"}'), _shield()),
    _refused(_importing('{name: "@key", as: "@shield__key"}'), _shield()),
    _refused(_importing('"@key", {name: "@key", as: "@k"}'), good=_importing('"@key", "@key"') + A),
    _refused(_importing('"@key", {name: "@tag", as: "@key"}')),
    _refused(BOUND.format(""), good=BOUND.format(', as: "label"') + A),
    _refused(BOUND.format(', as: "federation"')),
    _refused(BOUND.format(', as: "label", import: ["@tag"]'),
             good=BOUND.format(', as: "label", import: [{name: "@tag", as: "@mark"}]') + A),
)  # fmt: skip
