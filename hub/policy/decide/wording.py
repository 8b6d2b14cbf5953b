"""A decision in French words: what the pages, the table, the explanations and the differences say of it.

Everything in a decision is told, so that two decisions which differ are never told alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.policy.decide.decision_table import Decision, Effect, Reason
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
    Reason.FORBIDDEN_INPUT: "Un critère porte sur une donnée que vous ne pouvez pas lire, ou par laquelle rapprocher.",
}
EFFECTS = {
    Effect.OPEN: "libre",
    Effect.ALLOW: "lu",
    Effect.MASK: "masqué",
    Effect.MATCH: "rapproché",
    Effect.DENY: "refusé",
}
SILENT = {
    "DROP": "l'élément qui la porte manque",
    "COARSEN": "la valeur est moins précise",
    "WITHHOLD": "le lien manque",
}
RESTRICTIONS = {Fact.OPPOSITION: "opposition", Fact.LIMITATION: "limitation", Fact.ERASURE_DUE: "effacement dû"}
_VALUES = {int(fact): category for category, fact in VALUE_FACTS.items()}


def by_client(client: str, policy: Policy) -> str:
    """The scope of an application, after « application »."""
    return f"de portée « {policy.clients[client].label} » ({client})" if client else "sans portée"


def relations(bits: int, policy: Policy) -> str:
    """The relations of a mask, each by its words and its code."""
    facts = [fact for fact in Fact if fact & RELATIONS & bits]
    return " ou ".join(f"{fact.name} ({policy.relations[fact].label})" for fact in facts)


def condition(clauses: Iterable[Clause], policy: Policy) -> str:
    """When any of these clauses holds of a row; never, if there is none."""
    return " ; ".join(_clause(clause, policy) for clause in clauses) or "jamais"


def said(decision: Decision, policy: Policy) -> str:
    """The whole decision on one line."""
    rules = [f"[{', '.join(decision.rules)}]"] if decision.rules else []
    return f"{EFFECTS[decision.effect]} {', '.join(details(decision, policy) + rules)}".rstrip()


def details(decision: Decision, policy: Policy) -> list[str]:
    """All of a decision but its effect and the rules behind it."""
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
    if decision.needs is not None:
        parts.append(f"ouvert pour {decision.needs}")
    return parts


def values(decision: Decision, policy: Policy) -> list[str]:
    """What happens to values of a stricter category than the field, for each."""
    return [f"valeur {_VALUES[bit]} : {value(decision, _VALUES[bit], policy)}" for bit, _ in decision.rule.values]


def value(decision: Decision, category: Category, policy: Policy) -> str:
    """What happens to values of this stricter category."""
    clauses = dict(decision.rule.values)[int(VALUE_FACTS[category])]
    read = f"lue par {condition(clauses, policy)}" if clauses else "jamais lue"
    return read if decision.silent is None else f"{read} ; sinon, {SILENT[decision.silent]}"


def _clause(clause: Clause, policy: Policy) -> str:
    text = relations(clause.any_of, policy)
    if clause.all_of & Fact.RECORDED:
        text += " si son organisation l'a enregistré"
    excluded = [word for fact, word in RESTRICTIONS.items() if clause.none_of & fact]
    ended = (each.name for each in policy.retentions.values() if clause.none_of & each.fact)
    excluded += [f"durée de conservation passée ({name})" for name in ended]
    excluded += ["durée de l'élément passée"] if clause.none_of & Fact.ITEM_ENDED else []
    return f"{text} sauf {', '.join(excluded)}" if excluded else text
