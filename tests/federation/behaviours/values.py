"""What is received and returned: variables, defaults, custom scalars, enums, inputs, text, hidden parts."""

from __future__ import annotations

from typing import Any

from tests.federation.behaviours.case import Case, by, from_required, part

ITEM = {"id": "1", "state": "SECRET", "when": "2026-11-25", "cost": 7}
ODD = 'é"\\ \n {x} $y \u2028 🐈'


def _echo(root: Any, info: Any, **arguments: Any) -> Any:
    return arguments.get("text", "rien")


VALUES = part(
    "values",
    """
    type Query {
      echo(text: String): String both(e: E, in: In): E @shareable
      when(at: Day = "2026-01-01", seen: Int = 2 @inaccessible): Day item: Item
    }
    scalar Day
    enum E { ONE TWO }
    input In { x: Int = 5 only: Int }
    type Item @key(fields: "id") { id: ID! state: State when: Day cost: Int @inaccessible }
    enum State { OPEN SECRET @inaccessible }
    """,
    {"item": ITEM},
    {"Item": by("id", ITEM)},
    {
        "Query.echo": _echo,
        "Query.both": lambda root, info, **arguments: arguments["e"],
        "Query.when": lambda root, info, at, seen: f"{at}/{seen}",
    },
)
MORE = part(
    "others",
    """
    type Query { both(e: E, in: In): E @shareable }
    enum E { ONE TWO }
    input In { x: Int = 5 }
    type Item @key(fields: "id") { id: ID! cost: Int @external price: Int @requires(fields: "cost") }
    """,
    {},
    {"Item": by("id", ITEM)},
    {
        "Item.price": from_required("cost", lambda cost: cost * 2),
        "Query.both": lambda root, info, **arguments: arguments["e"],
    },
)

CASES = (
    Case(
        "text-of-any-kind",
        [VALUES, MORE],
        "query ($t: String) { a: echo(text: $t) b: echo(text: \"\"\"\n  é \\\"\"\" {x}\n  \"\"\") c: echo }",
        {"a": ODD, "b": 'é """ {x}', "c": "rien"},
        ["values"],
        {"t": ODD},
    ),
    Case(
        "enums-and-inputs-met",
        [VALUES, MORE],
        "query ($e: E = TWO, $in: In) { both(e: $e, in: $in) }",
        {"both": "TWO"},
        ["values"],
        {"in": {"x": 1}},
    ),
    Case(
        "hidden-argument-with-default",
        [VALUES, MORE],
        "{ when x: when(at: \"2026-02-03\") }",
        {"when": "2026-01-01/2", "x": "2026-02-03/2"},
        ["values"],
    ),
    Case(
        "hidden-enum-value",
        [VALUES, MORE],
        "{ item { state when price } }",
        {"item": {"state": None, "when": "2026-11-25", "price": 14}},
        ["values", "others"],
        failed=[["item", "state"]],
    ),
)  # fmt: skip
