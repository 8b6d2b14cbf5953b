"""The register of processing activities (GDPR article 30), one activity per purpose, from the decisions enforced.

A grant lists a category only if it reads a served field of that category.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Grant, Purpose
from hub.policy.report.markdown_table import markdown_table
from hub.policy.report.retention_terms import retention_terms
from hub.policy.report.rights_matrix import Opened, cell, opened, readable_values, values_of_category
from schema.categories import OPEN, Category, Level
from schema.facts import Fact

HEAD = """\
# Registre des activités de traitement
RGPD, article 30. Page écrite par `hub policy register`, depuis la table des décisions que le hub applique : une
activité par finalité, une ligne par accord. Le nombre qui suit une catégorie est celui des champs réellement servis, ou
des entrées par lesquelles `findPerson` rapproche, ou qu'une mutation écrit ; « v » : valeurs, ou liens, de cette
catégorie que portent des champs d'une autre.

Le responsable de traitement complète ce que les règles ne disent pas : son nom et ses coordonnées, ceux du délégué, les
transferts hors de l'Union. Les mesures de sécurité : [docs/architecture.md](architecture.md). Les personnes concernées
sont les personnes accompagnées ; pour la catégorie PROF, les professionnels qui les suivent."""


NO_VALUES: Mapping[Category, int] = MappingProxyType({})


def register(table: DecisionTable) -> str:
    """The register, as Markdown in French."""
    purposes = [purpose for purpose in table.policy.purposes.values() if not purpose.abstract]
    parts = [HEAD, *(_activity(table, purpose) for purpose in purposes), *_annexes(table)]
    return "\n\n".join(parts) + "\n"


def _activity(table: DecisionTable, purpose: Purpose) -> str:
    policy = table.policy
    grants = [grant for grant in policy.grants if purpose.code in grant.purposes]
    rows = [
        (
            f"{policy.actors[grant.actor].label} : {grant.label} (`{grant.id}`)",
            ", ".join(policy.relations[fact].label for fact in Fact if fact & grant.relations),
            _categories(_fields_read(table, grant, purpose.code, Level.FULL), _values(table, grant, purpose.code)),
            _categories(_fields_read(table, grant, purpose.code, Level.REDUCED)),
            _categories(_inputs_matched(table, grant, purpose.code)),
            _categories(_inputs_written(table, grant, purpose.code)),
            grant.basis.id,
            grant.retention.name if grant.retention is not None else "",
        )
        for grant in grants
    ]
    granted = {grant.actor for grant in grants}
    without_grant = [
        kind.label
        for kind in policy.actors.values()
        if purpose.code in kind.purposes and kind.name not in granted and not kind.application
    ]
    text = f"## {purpose.label} (`{purpose.code}`)\nFondement : {purpose.legal}."
    if purpose.deferred_days:
        text += f" La personne voit un accès fait pour cette finalité {purpose.deferred_days} jours après."
    if rows:
        headings = ("destinataire et accord", "personnes", "lit", "lit réduit", "rapproche", "écrit", "base", "durée")
        text += "\n\n" + markdown_table(headings, rows)
    if without_grant:
        kinds = ", ".join(without_grant)
        text += f"\n\nPeuvent déclarer cette finalité, sans qu'aucun accord leur ouvre une donnée : {kinds}."
    return text


def _fields_read(table: DecisionTable, grant: Grant, purpose: str, level: Level) -> Counter[Category]:
    """Served fields of each category that this grant lets read at a level, for a purpose."""
    counts: Counter[Category] = Counter()
    read, reductions = grant.read | grant.own_recorded, table.policy.reductions
    for name, decision in table.decision_class(grant.actor, purpose).decisions.items():
        field, reduction = table.classification.fields[name], reductions.get((grant.actor, name))
        in_reduced_cell = level is Level.REDUCED or (reduction is not None and reduction.how == "whole")
        admitted = read | grant.reduced if in_reduced_cell else read
        if decision.effect in (Effect.ALLOW, Effect.MASK) and field.level is level and grant.id in decision.rules:
            counts.update([field.category] if field.category in admitted else [])
    return counts


def _values(table: DecisionTable, grant: Grant, purpose: str) -> Counter[Category]:
    """Values of each stricter category (or links that reveal it) that this grant lets read for a purpose."""
    schema, names = table.classification, dict[Category, set[str]]()
    for coordinate, decision in table.decision_class(grant.actor, purpose).decisions.items():
        recorded = schema.fields[coordinate].type in schema.recorded
        read = grant.read | grant.own_recorded if recorded else grant.read
        for category, values in readable_values(coordinate, decision, schema).items():
            names.setdefault(category, set()).update(values if category in read else ())
    return Counter({category: len(values) for category, values in names.items() if values})


def _inputs_matched(table: DecisionTable, grant: Grant, purpose: str) -> Counter[Category]:
    """Inputs of each category by which this grant lets find persons, for a purpose."""
    matches = table.decision_class(grant.actor, purpose).matches
    return Counter(table.classification.matches[name] for name, match in matches.items() if grant.id in match.rules)


def _inputs_written(table: DecisionTable, grant: Grant, purpose: str) -> Counter[Category]:
    """Inputs of each category that this grant lets be written, for a purpose."""
    writes = table.decision_class(grant.actor, purpose).writes
    return Counter(table.classification.writes[name] for name, write in writes.items() if grant.id in write.rules)


def _categories(fields: Mapping[Category, int], values: Mapping[Category, int] = NO_VALUES) -> str:
    counts = ((category, Opened(fields.get(category, 0), 0, values.get(category, 0))) for category in Category)
    return ", ".join(f"{category} ({cell(count)})" for category, count in counts if count.full or count.values)


def _applications(table: DecisionTable) -> str:
    policy, counts, rows = table.policy, opened(table), []
    for name, scope in policy.clients.items():
        cells = ((category, counts.get((name, category))) for category in Category if category not in OPEN)
        rows.append(
            (
                f"{policy.actors[scope.actor].label} : {scope.label} (`{name}`)",
                ", ".join(kind.label for kind in policy.actors.values() if kind.name in scope.users),
                ", ".join(code for code in policy.purposes if code in scope.purposes),
                ", ".join(f"{category} ({cell(count)})" for category, count in cells if count is not None),
                ", ".join(category for category in Category if category in scope.match),
                ", ".join(category for category in Category if category in scope.write),
                " ; ".join(filter(None, (scope.legal, scope.nir))),
            )
        )
    headings = (
        "application et portée",
        "utilisateurs",
        "finalités",
        "lit, de leurs droits",
        "rapproche",
        "écrit",
        "fondement",
    )
    return (
        "## Applications partenaires\nPar une application passe ce que sa portée et les droits de son utilisateur ont "
        "en commun, moins ce qui est interdit à l'application ; sans portée, l'offre publique seule.\n\n"
        + markdown_table(headings, rows)
    )


def _annexes(table: DecisionTable) -> Iterable[str]:
    policy = table.policy
    served = Counter(field.category for field in table.classification.fields.values())
    yield _applications(table)
    yield "## Catégories de données\n" + markdown_table(
        ("catégorie", "ce que c'est", "servi"),
        [
            (f"{category} : {term.label}", term.definition, _served(category, served[category], table) or "—")
            for category, term in policy.categories.items()
            if category not in OPEN
        ],
    )
    yield "## Bases légales\n" + markdown_table(
        ("base", "texte", "droit d'opposition", "suspendue par une limitation"),
        [
            (basis.id, basis.text, *("oui" if right else "non" for right in (basis.opposition, basis.limitation)))
            for basis in policy.bases.values()
        ],
    )
    yield "## Durées\n" + retention_terms(table)
    yield "## Interdictions\nElles l'emportent sur tout accord.\n\n" + markdown_table(
        ("interdiction", "acteurs", "catégorie", "texte"),
        [
            (
                rule.id,
                "tous" if rule.actor == "*" else policy.actors[rule.actor].label,
                _forbidden(rule.category, rule.level),
                rule.text,
            )
            for rule in policy.prohibitions
        ],
    )


def _served(category: Category, fields: int, table: DecisionTable) -> str:
    return cell(Opened(fields, 0, len(values_of_category(category, table.classification))))


def _forbidden(category: Category, level: Level | None) -> str:
    return category.value if level is None else f"{category} ({'en entier' if level is Level.FULL else 'réduite'})"
