"""The sheet is the enforced table, whole, internal fields aside."""

from hub.federation.operations.operation import INTERNAL_FIELDS
from hub.policy.report.decision_sheet import sheet_json, sheet_lines, sheet_markdown
from tests.pinned_graph import graph

TABLE = graph().table


def test_each_decision_enforced_is_one_line_of_the_sheet() -> None:
    lines = list(sheet_lines(TABLE, TABLE.classes.values()))
    expected = {
        (kind, purpose, name, decision.effect.value, decision.reason, decision.rules)
        for (kind, purpose), row in TABLE.classes.items()
        for name, decision in row.by_coordinate.items()
        if name.partition(".")[2] not in INTERNAL_FIELDS
    }
    assert {(x.actor, x.purpose, x.field, x.decision, x.reason, x.rules) for x in lines} == expected
    assert len(lines) == len(expected)


def test_the_markdown_holds_each_line_and_nothing_of_other_rows() -> None:
    row = TABLE.decision_class("conseiller_ft", "suivi")
    text = sheet_markdown(TABLE, [row])
    assert text.count("\n| `") == len(sheet_json(TABLE, [row]))
    (constraints,) = (line for line in text.splitlines() if line.startswith("| `Person.constraints`"))
    assert "ORG_REFERENT" in constraints
    assert "FT-2" in constraints
    (rsa,) = (line for line in text.splitlines() if line.startswith("| `Person.rsa`"))
    assert "refusé" in rsa
    assert "à la place Person.isRsaBeneficiary" in rsa
