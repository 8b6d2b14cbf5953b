"""`@requires`: long chains, through interfaces, of fields below a required object."""

from __future__ import annotations

from typing import Any

from tests.federation.behaviours.case import Case, by, from_required, part
from tests.federation.harness import Part

N = {"id": "1", "f0": 1}


def _link(number: int) -> Part:
    before = f"f{number - 1}"
    fields = f'id: ID! {before}: Int @external f{number}: Int @requires(fields: "{before}")'
    return part(
        f"s{number}",
        f'type N @key(fields: "id") {{ {fields} }}',
        find={"N": by("id", N)},
        resolvers={f"N.f{number}": from_required(before, lambda value: value + 1)},
    )


OWNER: dict[str, Any] = {"__typename": "Firm", "name": "Scop", "size": 4}
FLAT = {"id": "1", "owner": OWNER}

CASES = (
    Case(
        "requires-five-hops",
        [part("s0", 'type Query { n: N } type N @key(fields: "id") { id: ID! f0: Int }', {"n": N}, {"N": by("id", N)}),
         *(_link(number) for number in (1, 2, 3, 4, 5))],
        "{ n { f5 } }",
        {"n": {"f5": 6}},
        ["s0", "s1", "s2", "s3", "s4", "s5"],
    ),
    Case(
        "requires-through-interface",
        [
            part("flats", 'type Query { flat: Flat } type Flat @key(fields: "id") { id: ID! owner: Owner } '
                 "interface Owner { name: String } type Firm implements Owner @shareable { name: String size: Int } "
                 "type Person implements Owner @shareable { name: String age: Int }", {"flat": FLAT},
                 {"Flat": by("id", FLAT)}),
            part("taxes", 'type Flat @key(fields: "id") { id: ID! owner: Owner @external '
                 'tax: String @requires(fields: "owner { name ... on Firm { size } ... on Person { age } }") } '
                 "interface Owner { name: String } type Firm implements Owner @shareable { name: String size: Int } "
                 "type Person implements Owner @shareable { name: String age: Int }", {}, {"Flat": by("id", FLAT)},
                 {"Flat.tax": from_required(
                     "owner", lambda owner: f"{owner['__typename']} {owner['name']} {owner['size']}")}),
        ],
        "{ flat { tax } }",
        {"flat": {"tax": "Firm Scop 4"}},
        ["flats", "taxes"],
    ),
)  # fmt: skip
