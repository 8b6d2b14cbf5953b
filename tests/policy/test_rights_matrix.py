"""The matrix of rights counts what the decisions open, and nothing that a prohibition closes."""

from hub.policy.decide.decision import Effect
from hub.policy.report.impact import impact
from hub.policy.report.register import register
from hub.policy.report.rights_matrix import Opened, matrix, opened
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS
from tests.pinned_graph import graph

TABLE = graph().table


def test_each_cell_is_what_some_purpose_of_the_actor_opens() -> None:
    counts = opened(TABLE)
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
            cell = counts.get((kind, category))
            assert (cell.full, cell.reduced) == (len(full), len(reduced - full)) if cell else not full | reduced


def test_nobody_but_the_person_opens_justice_and_no_open_category_is_told() -> None:
    lines = {line.split(" : ")[0].removeprefix("| "): line for line in matrix(TABLE).splitlines() if " : " in line}
    assert not {category.value for category in OPEN} & lines.keys()
    assert lines["JUST"].count("—") == len(TABLE.policy.actors) + len(TABLE.policy.clients) - 1
    assert opened(TABLE)["beneficiaire", Category.JUST].values > 0


def test_a_category_of_values_alone_is_counted_for_whoever_may_read_one() -> None:
    """An absence is no field, but what changes with it: a page that said "nobody" would not be true of it."""
    readers = {
        kind
        for (kind, _), row in TABLE.classes.items()
        if dict(row.decisions["Appointment.status"].rule.values).get(VALUE_FACTS[Category.ASSIDU])
    }
    assert {"referent_cd", "siae", "beneficiaire"} <= readers
    counts = opened(TABLE)
    assert {kind for kind in TABLE.policy.actors if counts.get((kind, Category.ASSIDU)) == Opened(2, 0, 1)} == readers
    assert all(name in impact(TABLE).split("| ASSIDU : ")[1].splitlines()[0] for name in map(label, readers))
    activity = register(TABLE).split("(`suivi`)\n")[1].split("\n## ")[0]
    assert next(line for line in activity.splitlines() if "(`REF-CD-5`)" in line).count("ASSIDU (2 · 1 v)") == 1


def label(kind: str) -> str:
    return TABLE.policy.actors[kind].label
