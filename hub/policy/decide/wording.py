"""Decisions in French words, for the pages, the table, the explanations and the differences.

Every part of a decision has its words, so that two decisions that differ read differently.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.policy.decide.decision import Decision, Effect, Reason
from hub.policy.decide.policy_model import Policy
from schema.categories import Category
from schema.facts import RELATIONS, VALUE_FACTS, Fact
from schema.residual import Clause

REASONS = {
    Reason.NOT_YOUR_ROW: "Vous n'avez pas, avec cette personne ou cet élément, le lien qui ouvre cette donnée.",
    Reason.FIELD_NOT_FOR_PURPOSE: "La finalité déclarée n'ouvre pas cette donnée.",
    Reason.FIELD_NOT_FOR_ACTOR: "Cette donnée n'est ouverte à votre sorte d'acteur pour aucune finalité.",
    Reason.FIELD_NOT_FOR_CLIENT: "L'application utilisée ne reçoit pas cette donnée, quels que soient vos droits.",
    Reason.OPPOSITION: "La personne s'est opposée à cet usage, ou en a demandé la limitation.",
    Reason.RETENTION_ENDED: "La durée de conservation est passée : la donnée n'est plus communiquée.",
    Reason.NOT_HELD: "Ce champ vous est ouvert : il n'y a rien, pour cette personne, que vous puissiez y lire.",
    Reason.NOT_FOUND: "Sous cet identifiant, personne que vous puissiez lire : nul n'y répond, ou rien ne vous y lie.",
    Reason.FORBIDDEN_INPUT: "Un critère porte sur une donnée que vous ne pouvez pas lire, ou par laquelle rapprocher.",
}
EFFECTS = {
    Effect.OPEN: "libre",
    Effect.ALLOW: "lu",
    Effect.MASK: "masqué",
    Effect.MATCH: "rapproché",
    Effect.WRITE: "écrit",
    Effect.DENY: "refusé",
}
SILENT = {
    "DROP": "l'élément qui la porte manque",
    "COARSEN": "la valeur est moins précise",
    "WITHHOLD": "le lien manque",
}
RESTRICTIONS = {Fact.OPPOSITION: "opposition", Fact.LIMITATION: "limitation", Fact.ERASURE_DUE: "effacement dû"}
_VALUES = {int(fact): category for category, fact in VALUE_FACTS.items()}


def client_label(client: str, policy: Policy) -> str:
    """The scope of an application, to follow « application »."""
    return f"de portée « {policy.clients[client].label} » ({client})" if client else "sans portée"


def relations(bits: int, policy: Policy) -> str:
    """The relations of a mask, each by its label and its code."""
    facts = [fact for fact in Fact if fact & RELATIONS & bits]
    return " ou ".join(f"{fact.name} ({policy.relations[fact].label})" for fact in facts)


def condition(clauses: Iterable[Clause], policy: Policy) -> str:
    """When any of these clauses holds of a row; « jamais » without a clause."""
    return " ; ".join(_clause(clause, policy) for clause in clauses) or "jamais"


def summary(decision: Decision, policy: Policy) -> str:
    """The whole decision on one line."""
    rules = [f"[{', '.join(decision.rules)}]"] if decision.rules else []
    return f"{EFFECTS[decision.effect]} {', '.join(details(decision, policy) + rules)}".rstrip()


def outline(decision: Decision) -> str:
    """The effect, the codes of the relations and the rules: what a reader of many decisions compares first."""
    bits = 0
    for clause in (*decision.rule.read, *decision.rule.reduced):
        bits |= clause.any_of
    codes = ", ".join(str(fact.name) for fact in Fact if fact & RELATIONS & bits)
    opened = f" par {codes}" if codes else ""
    rules = f" [{', '.join(decision.rules)}]" if decision.rules else ""
    return f"{EFFECTS[decision.effect]}{opened}{rules}"


def details(decision: Decision, policy: Policy) -> list[str]:
    """The parts of a decision, without its effect and the rules behind it."""
    rule, parts = decision.rule, []
    if rule.read:
        parts.append(f"par {condition(rule.read, policy)}")
    if rule.reduced:
        parts.append(f"masque « {rule.reduction} » par {condition(rule.reduced, policy)}")
    parts += values(decision, policy)
    if decision.reason is not None:
        parts.append(decision.reason.value)
    if decision.instead is not None:
        parts.append(f"à la place {decision.instead}")
    if decision.required is not None:
        parts.append(f"dépend de {decision.required}")
    if decision.granted_for is not None:
        parts.append(f"ouvert pour {decision.granted_for}")
    return parts


def values(decision: Decision, policy: Policy) -> list[str]:
    """One sentence for each stricter category that values of the field may have."""
    return [f"valeur {_VALUES[bit]} : {value(decision, _VALUES[bit], policy)}" for bit, _ in decision.rule.values]


def value(decision: Decision, category: Category, policy: Policy) -> str:
    """Who reads values of this stricter category, and what happens to them otherwise."""
    clauses = dict(decision.rule.values)[int(VALUE_FACTS[category])]
    read = f"lue par {condition(clauses, policy)}" if clauses else "jamais lue"
    return read if decision.silent is None else f"{read} ; sinon, {SILENT[decision.silent]}"


def _clause(clause: Clause, policy: Policy) -> str:
    text = relations(clause.any_of, policy)
    if clause.all_of & Fact.RECORDED:
        text += " si son organisation l'a enregistré"
    if clause.all_of & Fact.NATIONWIDE:
        text += " si la recherche la nomme"
    excluded = [restriction for fact, restriction in RESTRICTIONS.items() if clause.none_of & fact]
    retentions = (retention for retention in policy.retentions.values() if clause.none_of & retention.fact)
    excluded += [f"durée de conservation passée ({retention.name})" for retention in retentions]
    excluded += ["durée de l'élément passée"] if clause.none_of & Fact.ITEM_ENDED else []
    return f"{text} sauf {', '.join(excluded)}" if excluded else text
