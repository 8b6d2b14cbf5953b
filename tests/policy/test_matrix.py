"""The matrix of rights counts what the decisions open, and nothing that a prohibition closes."""

from hub.graph import load_graph
from hub.policy.matrix import matrix, opened
from hub.policy.table import Effect
from schema.categories import OPEN, Category, Level

TABLE = load_graph().table


def test_each_cell_is_what_some_purpose_of_the_actor_opens() -> None:
    found = opened(TABLE)
    for kind in TABLE.policy.actors:
        for category in set(Category) - OPEN:
            full: set[str] = set()
            reduced: set[str] = set()
            for (actor, _), row in TABLE.classes.items():
                for name, decision in row.decisions.items() if actor == kind else ():
                    field = TABLE.classification.fields[name]
                    if field.category is category and decision.effect is not Effect.DENY:
                        whole = decision.effect is Effect.ALLOW and field.level is Level.FULL
                        (full if whole else reduced).add(name)
            cell = found.get((kind, category))
            assert (cell.full, cell.reduced) == (len(full), len(reduced - full)) if cell else not full | reduced


def test_nobody_but_the_person_opens_justice_and_no_open_category_is_told() -> None:
    lines = {line.split(" : ")[0].removeprefix("| "): line for line in matrix(TABLE).splitlines() if " : " in line}
    assert not {category.value for category in OPEN} & lines.keys()
    assert lines["JUST"].count("—") == len(TABLE.policy.actors) + len(TABLE.policy.clients)
