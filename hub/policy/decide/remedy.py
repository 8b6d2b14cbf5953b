"""What it would take for a denial to be none, in French: the same sentence in answers, on the page and in commands.

docs/policy.md#rule-11. It follows from the rules alone: of two rows that are denied, whatever they hold, the same is
said.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import Decision, Reason
from hub.policy.decide.matrix_cells import prohibitions
from hub.policy.decide.policy_model import Policy
from hub.policy.decide.wording import relations
from schema.categories import OPEN, Category, Level
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule

_FORBIDDEN = "rien n'y suffit, une interdiction l'emporte sur tout accord"
_OF_ROW = {
    Reason.OPPOSITION: "que la personne retire son opposition, ou sa demande de limitation",
    Reason.RETENTION_ENDED: "rien n'y suffit, la durée de conservation est passée",
}


def needed(coordinate: str, decision: Decision, kind: str, policy: Policy, schema: Classification) -> str:
    """For a denial that the table tells: another purpose, or a scope of the application, or a grant, or nothing."""
    if decision.needs is not None:
        purposes = [f"{code} ({policy.purposes[code].label})" for code in decision.needs.split(", ")]
        return f"déclarer {'la finalité' if len(purposes) == 1 else 'une des finalités'} {', '.join(purposes)}"
    cause = decision.required or coordinate
    by_client = decision.reason is Reason.FIELD_NOT_FOR_CLIENT
    if cause in schema.fields and schema.fields[cause].own and not by_client:
        return "rien n'y suffit, le champ ne mène qu'à la personne elle-même"
    level = schema.fields[cause].level if cause in schema.fields else None
    if any(p.level in (level, None) for p in prohibitions(policy, kind, schema.category(cause))):
        return _FORBIDDEN
    if by_client:
        return f"une convention par laquelle l'application {_granted(cause, schema)} (clients.toml)"
    return f"un accord par lequel « {policy.actors[kind].label} » {_granted(cause, schema)}, et sa base légale"


def value_needed(category: Category, kind: str, policy: Policy, *, by_client: bool) -> str:
    """For the values of a stricter category that nothing opens; `by_client`: that the application's scope closes."""
    if any(p.level in (Level.FULL, None) for p in prohibitions(policy, kind, category)):
        return _FORBIDDEN
    if by_client:
        return f"une convention par laquelle l'application lise {category} en entier (clients.toml)"
    return f"un accord par lequel « {policy.actors[kind].label} » lise {category} en entier, et sa base légale"


def needed_of_row(reason: Reason, rule: Rule, policy: Policy) -> str:
    """For a denial that depends on the row."""
    return _OF_ROW.get(reason) or linked(rule, policy)


def linked(rule: Rule, policy: Policy) -> str:
    """The relations that open the rule."""
    ways = [
        relations(bits, policy) + (" pour ce que son organisation a enregistré" if recorded else "")
        for recorded in (False, True)
        if (bits := _bits(each for each in _clauses(rule) if bool(each.all_of & Fact.RECORDED) is recorded))
    ]
    return f"être lié à la personne par {', ou par '.join(ways)}"


def linking(rule: Rule) -> list[str]:
    """The codes of these relations."""
    bits = _bits(_clauses(rule))
    return [fact.name or "" for fact in Fact if fact & RELATIONS & bits]


def _clauses(rule: Rule) -> tuple[Clause, ...]:
    return (*rule.read, *rule.reduced)


def _bits(clauses: Iterable[Clause]) -> int:
    bits = 0
    for clause in clauses:
        bits |= clause.any_of
    return bits


def _granted(cause: str, schema: Classification) -> str:
    """What a grant would have to do for the coordinate."""
    finders = schema.fields[cause].matches if cause in schema.fields else {cause}
    if finders:
        return f"rapproche par {' ou '.join(sorted({schema.matches[name] for name in finders}))}"
    category, level = schema.category(cause), schema.fields[cause].level
    if category in OPEN:
        return f"lise au moins une donnée de « {schema.fields[cause].returns} »"
    return f"lise {category} en entier" if level is Level.FULL else f"lise {category}, même réduit"
