"""`@cost` and `@listSize`: on fields of objects, on lists, with arguments that limit them."""

from __future__ import annotations

from tests.federation.rules.case import Case

_COST = "@federation__cost(weight: 2)"
_PAGE = "type Page { items: [Int!]! total: Int }"


def _sized(code: str, bad: str, good: str, field: str = "page(first: Int!, text: String): Page") -> Case:
    graphs = [[f"{_PAGE} type Query {{ {field} @listSize({arguments}) }}"] for arguments in (bad, good)]
    return Case(code, "Query.page", graphs[0], graphs[1])


CASES = (
    Case("COST_APPLIED_TO_INTERFACE_FIELD", "I.x",
         [f"type Query {{ i: I }} interface I {{ x: Int {_COST} }} type A implements I {{ x: Int }}"],
         [f"type Query {{ i: I }} interface I {{ x: Int }} type A implements I {{ x: Int {_COST} }}"]),
    _sized("LIST_SIZE_APPLIED_TO_NON_LIST", "assumedSize: 3", 'assumedSize: 3, sizedFields: ["items"]'),
    _sized("LIST_SIZE_APPLIED_TO_NON_LIST", 'sizedFields: ["total"]', 'sizedFields: ["items"]'),
    _sized("LIST_SIZE_INVALID_ASSUMED_SIZE", "assumedSize: -1", "assumedSize: 0", "page: [Page!]!"),
    _sized("LIST_SIZE_INVALID_SLICING_ARGUMENT", 'slicingArguments: ["none"], sizedFields: ["items"]',
           'slicingArguments: ["first"], sizedFields: ["items"]'),
    _sized("LIST_SIZE_INVALID_SLICING_ARGUMENT", 'slicingArguments: ["text"], sizedFields: ["items"]',
           'slicingArguments: ["first"], sizedFields: ["items"]'),
    _sized("LIST_SIZE_INVALID_SIZED_FIELD", 'sizedFields: ["none"]', 'sizedFields: ["items"]'),
    _sized("LIST_SIZE_INVALID_SIZED_FIELD", 'sizedFields: ["items"]', "assumedSize: 2", "page: [Int]"),
)  # fmt: skip
