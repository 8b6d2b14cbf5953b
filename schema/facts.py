"""Facts about one row for one actor, now, as the bits of one integer.

The subgraph computes them in SQL (`subgraphs.kit`), sends them back in the internal field `_access`, and both
the residual (in SQL) and the guard (in the hub) test them with the same closed algebra (`schema.residual`).
"""

from enum import IntFlag

from schema.categories import Category


class Fact(IntFlag):
    """Bits 0–7 relation, 8–9 row, 10–15 restriction and retention, 16–20 category of the row's value."""

    SELF = 1 << 0
    REFERENT = 1 << 1
    GROUP = 1 << 2
    OWN_ITEM = 1 << 3
    ORG_REFERENT = 1 << 4
    DEPARTMENT_BRSA = 1 << 5
    TERRITORY = 1 << 6
    NATIONWIDE = 1 << 7

    RECORDED = 1 << 8  # the actor's own organisation recorded this row
    ITEM_ENDED = 1 << 9  # the duration of this row's own type is over, from the day that the row bears

    OPPOSITION = 1 << 10
    LIMITATION = 1 << 11
    ERASURE_DUE = 1 << 12
    JOURNEY_ENDED = 1 << 13  # retention class `journey` is over for this subject
    HANDICAP_ENDED = 1 << 14
    TRAINING_ENDED = 1 << 15

    VALUE_SAN = 1 << 16
    VALUE_JUST = 1 << 17
    VALUE_SEJ = 1 << 18
    VALUE_ASSIDU = 1 << 19
    VALUE_FREIN = 1 << 20


RELATIONS = (
    Fact.SELF
    | Fact.REFERENT
    | Fact.GROUP
    | Fact.OWN_ITEM
    | Fact.ORG_REFERENT
    | Fact.DEPARTMENT_BRSA
    | Fact.TERRITORY
    | Fact.NATIONWIDE
)
"""All relation bits; a row without any of them does not exist for the actor."""

SCOPE_KINDS: dict[Fact, str] = {
    Fact.SELF: "person",
    Fact.REFERENT: "agent",
    Fact.GROUP: "agent",
    Fact.OWN_ITEM: "organisation",
    Fact.ORG_REFERENT: "organisation",
    Fact.DEPARTMENT_BRSA: "department",
    Fact.TERRITORY: "department",
}
"""By relation, the kind of id that its links carry: person UUID, agent UUID, SIRET, département code."""

VALUE_FACTS: dict[Category, Fact] = {
    Category.SAN: Fact.VALUE_SAN,
    Category.JUST: Fact.VALUE_JUST,
    Category.SEJ: Fact.VALUE_SEJ,
    Category.ASSIDU: Fact.VALUE_ASSIDU,
    Category.FREIN: Fact.VALUE_FREIN,
}
"""By value category, the bit of a row whose value has that category."""

REVEALED = (Category.SAN, Category.JUST, Category.SEJ)
"""Value categories that a link alone may reveal, by the person or body that it leads to."""


def link_key(relation: Fact, scope_id: str) -> str:
    """The key of a link and of an actor's scope: relation bit, space, scope id; they match if they are equal."""
    return f"{int(relation)} {scope_id}"
