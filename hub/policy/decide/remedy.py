"""What would lift a denial, in French: the same sentence in answers, on the page and in commands.

docs/policy.md#rule-11. It follows from the rules alone: two denied rows get the same sentence, whatever they hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Decision, Reason
from hub.policy.decide.matrix_cells import prohibitions
from hub.policy.decide.policy_model import Policy
from hub.policy.decide.wording import relations
from schema.categories import OPEN, Category, Level
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule

_FORBIDDEN = "rien n'y suffit, une interdiction l'emporte sur tout accord"
_BY_REASON = {
    Reason.OPPOSITION: "que la personne retire son opposition, ou sa demande de limitation",
    Reason.RETENTION_ENDED: "rien n'y suffit, la durée de conservation est passée",
}


def table_remedy(coordinate: str, decision: Decision, kind: str, policy: Policy, schema: Classification) -> str:
    """The remedy for a denial by the table: another purpose, a scope of the application, a grant, or none."""
    if decision.granted_for is not None:
        purposes = [f"{code} ({policy.purposes[code].label})" for code in decision.granted_for.split(", ")]
        return f"déclarer {'la finalité' if len(purposes) == 1 else 'une des finalités'} {', '.join(purposes)}"
    cause = decision.required or coordinate
    by_client = decision.reason is Reason.FIELD_NOT_FOR_CLIENT
    if cause in schema.fields and schema.fields[cause].self_only and not by_client:
        return "rien n'y suffit, le champ ne mène qu'à la personne elle-même"
    level = schema.fields[cause].level if cause in schema.fields else Level.FULL if cause in schema.writes else None
    if any(rule.level in (level, None) for rule in prohibitions(policy, kind, schema.category(cause))):
        return _FORBIDDEN
    if by_client:
        return f"une convention par laquelle l'application {_missing_grant(cause, schema)} (clients.toml)"
    return f"un accord par lequel « {policy.actors[kind].label} » {_missing_grant(cause, schema)}, et sa base légale"


def value_remedy(category: Category, kind: str, policy: Policy, *, by_client: bool) -> str:
    """The remedy for values of a stricter category that nothing opens; `by_client`: the application's scope closes
    them."""
    if any(rule.level in (Level.FULL, None) for rule in prohibitions(policy, kind, category)):
        return _FORBIDDEN
    if by_client:
        return f"une convention par laquelle l'application lise {category} en entier (clients.toml)"
    return f"un accord par lequel « {policy.actors[kind].label} » lise {category} en entier, et sa base légale"


def row_remedy(reason: Reason, rule: Rule, policy: Policy) -> str:
    """The remedy for a denial that depends on the row."""
    return _BY_REASON.get(reason) or relation_remedy(rule, policy)


def lookup_remedy(rule: Rule | None, policy: Policy) -> str:
    """The remedy for a person who is not there for the actor; `rule`: when a row of the type exists for it, if ever."""
    if rule is None or not _clauses(rule):
        return "rien n'y suffit, cette finalité n'ouvre personne à votre sorte d'acteur"
    return f"vérifier l'identifiant, ou {relation_remedy(rule, policy)}"


def relation_remedy(rule: Rule, policy: Policy) -> str:
    """The relations that open the rule, as a sentence."""
    alternatives = [
        relations(bits, policy) + (" pour ce que son organisation a enregistré" if recorded else "")
        for recorded in (False, True)
        if (bits := _relation_bits(c for c in _clauses(rule) if bool(c.all_of & Fact.RECORDED) is recorded))
    ]
    return f"être lié à la personne par {', ou par '.join(alternatives)}"


def relation_codes(rule: Rule) -> list[str]:
    """The codes of the relations that open the rule."""
    bits = _relation_bits(_clauses(rule))
    return [fact.name or "" for fact in Fact if fact & RELATIONS & bits]


def _clauses(rule: Rule) -> tuple[Clause, ...]:
    return (*rule.read, *rule.reduced)


def _relation_bits(clauses: Iterable[Clause]) -> int:
    bits = 0
    for clause in clauses:
        bits |= clause.any_of
    return bits


def _missing_grant(cause: str, schema: Classification) -> str:
    """What a grant that opens the coordinate would say."""
    if cause in schema.writes:
        return f"écrive {schema.writes[cause]}"
    if cause in schema.fields and schema.fields[cause].writes:
        return f"écrive {' et '.join(sorted({schema.writes[name] for name in schema.fields[cause].writes}))}"
    inputs = schema.fields[cause].matches if cause in schema.fields else {cause}
    if inputs:
        return f"rapproche par {' ou '.join(sorted({schema.matches[name] for name in inputs}))}"
    category, level = schema.category(cause), schema.fields[cause].level
    if category in OPEN:
        return f"lise au moins une donnée de « {schema.fields[cause].returns} »"
    return f"lise {category} en entier" if level is Level.FULL else f"lise {category}, même réduit"
