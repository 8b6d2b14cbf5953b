"""The register of processing activities (GDPR article 30), one activity per purpose, from the decisions enforced.

A category stands there for a grant only if a served field of it is read by that grant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hub.policy.decide.decision_table import DecisionTable, Effect
from hub.policy.decide.policy_model import Grant, Purpose
from hub.policy.report.markdown_table import grid
from hub.policy.report.retention_terms import terms
from hub.policy.report.rights_matrix import Opened, borne, cell, opened, shown
from schema.categories import OPEN, Category, Level
from schema.facts import Fact

HEAD = """\
# Registre des activités de traitement
RGPD, article 30. Page écrite par `hub policy register`, depuis la table des décisions que le hub applique : une
activité par finalité, une ligne par accord. Le nombre qui suit une catégorie est celui des champs réellement servis, ou
des entrées par lesquelles `findPerson` rapproche ; « v » : valeurs, ou liens, de cette catégorie que portent des champs
d'une autre.

Le responsable de traitement complète ce que les règles ne disent pas : son nom et ses coordonnées, ceux du délégué, les
transferts hors de l'Union. Les mesures de sécurité : [docs/architecture.md](architecture.md). Les personnes concernées
sont les personnes accompagnées ; pour la catégorie PROF, les professionnels qui les suivent."""


NONE: Mapping[Category, int] = MappingProxyType({})


def register(table: DecisionTable) -> str:
    """The register, as Markdown in French."""
    purposes = [purpose for purpose in table.policy.purposes.values() if not purpose.abstract]
    parts = [HEAD, *(_activity(table, purpose) for purpose in purposes), *_annexes(table)]
    return "\n\n".join(parts) + "\n"


def _activity(table: DecisionTable, purpose: Purpose) -> str:
    policy = table.policy
    rows = [
        (
            f"{policy.actors[grant.actor].label} : {grant.label} (`{grant.id}`)",
            ", ".join(policy.relations[fact].label for fact in Fact if fact & grant.relations),
            _categories(_read(table, grant, purpose.code, Level.FULL), _values(table, grant, purpose.code)),
            _categories(_read(table, grant, purpose.code, Level.REDUCED)),
            _categories(_matched(table, grant, purpose.code)),
            grant.basis.id,
            grant.retention.name if grant.retention is not None else "",
        )
        for grant in policy.grants
        if purpose.code in grant.purposes
    ]
    granted = {grant.actor for grant in policy.grants if purpose.code in grant.purposes}
    without = [
        each.label
        for each in policy.actors.values()
        if purpose.code in each.purposes and each.name not in granted and not each.application
    ]
    text = f"## {purpose.label} (`{purpose.code}`)\nFondement : {purpose.legal}."
    if purpose.deferred_days:
        text += f" La personne voit un accès fait pour cette finalité {purpose.deferred_days} jours après."
    if rows:
        heads = ("destinataire et accord", "personnes", "lit", "lit réduit", "rapproche", "base", "durée")
        text += "\n\n" + grid(heads, rows)
    if without:
        text += (
            f"\n\nPeuvent déclarer cette finalité, sans qu'aucun accord leur ouvre une donnée : {', '.join(without)}."
        )
    return text


def _read(table: DecisionTable, grant: Grant, purpose: str, level: Level) -> Counter[Category]:
    """Served fields of each category that this grant lets read at a level, for a purpose."""
    found: Counter[Category] = Counter()
    read, reductions = grant.read | grant.own_recorded, table.policy.reductions
    for name, decision in table.decision_class(grant.actor, purpose).decisions.items():
        field, row = table.classification.fields[name], reductions.get((grant.actor, name))
        left = level is Level.REDUCED or (row is not None and row.how == "whole")
        admitted = read | grant.reduced if left else read
        if decision.effect in (Effect.ALLOW, Effect.MASK) and field.level is level and grant.id in decision.rules:
            found.update([field.category] if field.category in admitted else [])
    return found


def _values(table: DecisionTable, grant: Grant, purpose: str) -> Counter[Category]:
    """Values of each stricter category, or links that reveal it, that this grant lets read for a purpose."""
    schema, found = table.classification, dict[Category, set[str]]()
    for name, decision in table.decision_class(grant.actor, purpose).decisions.items():
        whole = grant.read | grant.own_recorded if schema.fields[name].type in schema.recorded else grant.read
        for category, names in shown(name, decision, schema).items():
            found.setdefault(category, set()).update(names if category in whole else ())
    return Counter({category: len(names) for category, names in found.items() if names})


def _matched(table: DecisionTable, grant: Grant, purpose: str) -> Counter[Category]:
    """Inputs of each category by which this grant lets find persons, for a purpose."""
    matches = table.decision_class(grant.actor, purpose).matches
    return Counter(table.classification.matches[name] for name, found in matches.items() if grant.id in found.rules)


def _categories(found: Mapping[Category, int], values: Mapping[Category, int] = NONE) -> str:
    cells = ((category, Opened(found.get(category, 0), 0, values.get(category, 0))) for category in Category)
    return ", ".join(f"{category} ({cell(each)})" for category, each in cells if each.full or each.values)


def _applications(table: DecisionTable) -> str:
    policy, found, rows = table.policy, opened(table), []
    for name, scope in policy.clients.items():
        cells = ((category, found.get((name, category))) for category in Category if category not in OPEN)
        rows.append(
            (
                f"{policy.actors[scope.actor].label} : {scope.label} (`{name}`)",
                ", ".join(kind.label for kind in policy.actors.values() if kind.name in scope.users),
                ", ".join(code for code in policy.purposes if code in scope.purposes),
                ", ".join(f"{category} ({cell(each)})" for category, each in cells if each is not None),
                ", ".join(category for category in Category if category in scope.match),
                " ; ".join(filter(None, (scope.legal, scope.nir))),
            )
        )
    heads = ("application et portée", "utilisateurs", "finalités", "lit, de leurs droits", "rapproche", "fondement")
    return (
        "## Applications partenaires\nPar une application passe ce que sa portée et les droits de son utilisateur ont "
        "en commun, moins ce qui est interdit à l'application ; sans portée, l'offre publique seule.\n\n"
        + grid(heads, rows)
    )


def _annexes(table: DecisionTable) -> Iterable[str]:
    policy = table.policy
    served = Counter(field.category for field in table.classification.fields.values())
    yield _applications(table)
    yield "## Catégories de données\n" + grid(
        ("catégorie", "ce que c'est", "servi"),
        [
            (f"{c} : {n.label}", n.definition, cell(Opened(served[c], 0, len(borne(c, table.classification)))) or "—")
            for c, n in policy.categories.items()
            if c not in OPEN
        ],
    )
    yield "## Bases légales\n" + grid(
        ("base", "texte", "droit d'opposition", "suspendue par une limitation"),
        [
            (basis.id, basis.text, *("oui" if right else "non" for right in (basis.opposition, basis.limitation)))
            for basis in policy.bases.values()
        ],
    )
    yield "## Durées\n" + terms(table)
    yield "## Interdictions\nElles l'emportent sur tout accord.\n\n" + grid(
        ("interdiction", "acteurs", "catégorie", "texte"),
        [
            (p.id, "tous" if p.actor == "*" else policy.actors[p.actor].label, _forbidden(p.category, p.level), p.text)
            for p in policy.prohibitions
        ],
    )


def _forbidden(category: Category, level: Level | None) -> str:
    return category.value if level is None else f"{category} ({'en entier' if level is Level.FULL else 'réduite'})"
