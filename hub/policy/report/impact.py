"""The data-protection impact assessment (GDPR article 35), with every figure counted in the decisions enforced.

What the decisions don't show (why a category is sensitive, the measures, the risks) is in `impact.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.report.coverage import closed_coordinates
from hub.policy.report.markdown_table import markdown_table
from hub.policy.report.retention_terms import retention_terms
from hub.policy.report.rights_matrix import Opened, cell, opened, values_of_category
from hub.strict_toml import TomlFile, TomlForm
from schema.categories import OPEN, Category

TEXTS = Path(__file__).with_name("impact.toml")
TO_COMPLETE = "**à compléter par le responsable de traitement**."


class Measure(TomlForm, frozen=True):
    """A protective measure."""

    name: str
    text: str


class Risk(TomlForm, frozen=True):
    """A risk: the feared event, its effect on people, the measures against it, the attacks that test them (numbers of
    docs/attaques.md), and the residual risk."""

    event: str
    name: str
    effect: str
    measures: str
    attacks: list[int]
    residual: str | None = None


@dataclass(frozen=True, slots=True)
class ImpactTexts:
    """The written part of the assessment: sensitive categories and why, measures, risks."""

    sensitive: Mapping[Category, str]
    measures: tuple[Measure, ...]
    risks: tuple[Risk, ...]


@cache
def impact_texts() -> ImpactTexts:
    """The content of `impact.toml`; raises TomlRefused."""
    file = TomlFile(TEXTS)
    return ImpactTexts(
        msgspec.convert(file.values["sensitive"], dict[Category, str]),
        tuple(table.read(Measure) for table in file.list_of_tables("measure")),
        tuple(table.read(Risk) for table in file.list_of_tables("risk")),
    )


def impact(table: DecisionTable) -> str:
    """The assessment, as Markdown in French."""
    counts = opened(table)
    measures = [(measure.name, measure.text) for measure in impact_texts().measures]
    parts = [
        _head(table),
        "## 1. Le traitement",
        _purposes(table),
        _categories(table, counts),
        _actors(table, counts),
        "### Durées\n" + retention_terms(table),
        "## 2. Nécessité et proportionnalité",
        _bases(table),
        _minimisation(table),
        _inputs(table),
        "## 3. Mesures",
        markdown_table(("mesure", "ce qui est fait"), measures),
        "## 4. Risques",
        *_risks(),
        "## 5. Avis et validation",
        f"Avis du délégué à la protection des données, des personnes concernées, décision : {TO_COMPLETE}",
    ]
    return "\n\n".join(parts) + "\n"


def _head(table: DecisionTable) -> str:
    policy, fields = table.policy, table.classification.fields
    guarded = _guarded_fields(table)
    purposes = sum(not purpose.abstract for purpose in policy.purposes.values())
    return f"""\
# Analyse d'impact relative à la protection des données
RGPD, article 35. Page écrite par `hub policy impact`, depuis la table des décisions que le hub applique : chaque nombre
y est compté. Les mesures et les risques sont écrits dans `hub/policy/report/impact.toml`. Elle complète le
[registre](registre.md) ; le responsable de traitement y ajoute son contexte, évalue gravité et vraisemblance, valide.

- {len(policy.actors)} sortes d'acteurs, {purposes} finalités, {len(table.classes)} couples des deux.
- {len(policy.clients)} portées d'applications partenaires, qui n'ouvrent rien à qui n'y a pas droit.
- {len(policy.grants)} accords, {len(policy.prohibitions)} interdictions, {len(policy.relations)} relations à une \
personne.
- {len(table.classification.personal)} types de données personnelles.
- {len(guarded)} champs gardés sur {len(fields)} : il faut un accord pour les ouvrir."""


def _purposes(table: DecisionTable) -> str:
    policy, rows = table.policy, []
    for purpose in policy.purposes.values():
        if purpose.abstract:
            continue
        kinds = [kind for kind, code in table.classes if code == purpose.code]
        grants = [grant for grant in policy.grants if purpose.code in grant.purposes]
        fields = {name for kind in kinds for name in _read_fields(table, kind, purpose.code)}
        counts = (len(kinds), len(grants), len(fields))
        rows.append((f"{purpose.label} (`{purpose.code}`)", purpose.legal, *map(str, counts)))
    headings = ("finalité", "fondement", "acteurs", "accords", "champs gardés ouverts")
    return "### Finalités\n" + markdown_table(headings, rows)


def _categories(table: DecisionTable, counts: Mapping[tuple[str, Category], Opened]) -> str:
    policy, schema, rows = table.policy, table.classification, []
    served = [field.category for field in schema.fields.values()]
    labels = {kind: actor.label for kind, actor in policy.actors.items()}
    labels |= {name: f"{policy.actors[scope.actor].label} ({name})" for name, scope in policy.clients.items()}
    for category, term in policy.categories.items():
        if category in OPEN:
            continue
        readers = [
            (label, counts[reader, category]) for reader, label in labels.items() if (reader, category) in counts
        ]
        rows.append(
            (
                f"{category} : {term.label}",
                impact_texts().sensitive.get(category, ""),
                cell(Opened(served.count(category), 0, len(values_of_category(category, schema)))) or "—",
                ", ".join(label for label, count in readers if count.full or count.values) or "nul acteur",
                ", ".join(label for label, count in readers if not count.full and not count.values),
            )
        )
    headings = ("catégorie", "sensible", "champs, valeurs (v)", "lue en entier par", "lue réduite seulement par")
    return "### Données\n" + markdown_table(headings, rows)


def _actors(table: DecisionTable, counts: Mapping[tuple[str, Category], Opened]) -> str:
    policy, rows = table.policy, []
    for kind, actor in policy.actors.items():
        relations = {fact for grant in policy.grants if grant.actor == kind for fact in grant.relations}
        sensitive = (c for c in impact_texts().sensitive if (kind, c) in counts)
        per_purpose = [len(_read_fields(table, *pair)) for pair in table.classes if pair[0] == kind]
        least, most = min(per_purpose), max(per_purpose)
        rows.append(
            (
                f"{actor.label} (`{kind}`)",
                ", ".join(policy.relations[fact].label for fact in sorted(relations)),
                str(len(per_purpose)),
                f"{least} à {most}" if least != most else str(most),
                ", ".join(f"{category} ({cell(counts[kind, category])})" for category in sensitive),
            )
        )
    headings = (
        "acteur",
        "personnes",
        "finalités",
        "champs gardés ouverts par finalité",
        "catégories sensibles ouvertes",
    )
    return "### Acteurs\n" + markdown_table(headings, rows)


def _bases(table: DecisionTable) -> str:
    rows = [
        (
            basis.id,
            basis.text,
            "oui" if basis.opposition else "non",
            "oui" if basis.limitation else "non",
            str(sum(grant.basis == basis for grant in table.policy.grants)),
        )
        for basis in table.policy.bases.values()
    ]
    headings = ("base", "texte", "droit d'opposition", "suspendue par une limitation", "accords")
    return "### Bases légales\n" + markdown_table(headings, rows)


def _minimisation(table: DecisionTable) -> str:
    policy, fields = table.policy, table.classification.fields
    guarded = _guarded_fields(table)
    professional = [pair for pair in table.classes if pair[0] != "beneficiaire"]
    read_by_others = {name for pair in professional for name in _read_fields(table, *pair)}
    counts = [len(_read_fields(table, *pair)) for pair in professional]
    ways = [row.how for row in policy.reductions.values()]
    siblings, masks, whole = (ways.count(how) for how in ("sibling", "mask", "whole"))
    closed = sum(1 for _ in closed_coordinates(table.classification, policy))
    valued = [name for name, field in fields.items() if field.action is not None]
    average = round(100 * sum(counts) / (len(counts) * len(guarded)))
    for_all = sum(prohibition.actor == "*" for prohibition in policy.prohibitions)
    return f"""\
### Minimisation
- Un professionnel, pour une finalité, ouvre en moyenne {average} % des champs gardés, {max(counts)} au plus.
- {len(guarded - read_by_others)} champs gardés ne sont ouverts à aucun autre que la personne elle-même.
- {siblings} réductions donnent à lire un champ moins précis, {masks} masquent la valeur,
  {whole} laissent lire le champ lui-même, {closed} ne donnent rien.
- {len(valued)} champs ou liens ont des valeurs d'une catégorie plus stricte qu'eux : elles sont retirées en silence.
- {len(policy.prohibitions)} interdictions qu'aucun accord ne peut lever, dont {for_all} pour tous les acteurs."""


def _inputs(table: DecisionTable) -> str:
    """Every argument of a list or search that reads something, and what it tells of whom it leaves out."""
    schema, rows = table.classification, []
    for argument in sorted(name for name in schema.inputs if "(" in name):
        for name in sorted(schema.nested_inputs(argument) & schema.inputs.keys()):
            input_ = schema.inputs[name]
            if input_.reads or input_.match is not None:
                reads = ", ".join(f"`{read}`" for read in input_.reads) or "—"
                rows.append((f"`{argument.partition('(')[0]}`", f"`{name}`", reads, _journalled(name, schema)))
    headings = ("liste ou recherche", "entrée", "ce qu'elle compare", "de qui elle écarte")
    return "### Critères de recherche\nToute entrée non listée ne compare rien.\n" + markdown_table(headings, rows)


def _journalled(name: str, schema: Classification) -> str:
    """What the journal says of whom an input leaves out."""
    if schema.judges(name):
        return "inscrit au journal"
    if schema.inputs[name].match is not None or schema.inputs[name].designates:
        return "non inscrit : l'entrée désigne"
    if name.partition(".")[0] in schema.enums:
        return "non inscrit : un ordre n'écarte personne"
    return "offre publique"


def _risks() -> Iterable[str]:
    yield (
        "Chaque attaque connue est rangée sous le risque qu'elle ferait courir ; ses essais sont dans "
        "[attaques.md](attaques.md). Gravité et vraisemblance : " + TO_COMPLETE
    )
    risks = impact_texts().risks
    for event in dict.fromkeys(risk.event for risk in risks):
        rows = [
            (risk.name, risk.effect, risk.measures, ", ".join(map(str, risk.attacks)) or "—", risk.residual or "—")
            for risk in risks
            if risk.event == event
        ]
        headings = ("risque", "effet sur les personnes", "ce qui le tient", "attaques essayées", "ce qui reste")
        yield f"### {event}\n" + markdown_table(headings, rows)


def _guarded_fields(table: DecisionTable) -> set[str]:
    """The fields that only a grant opens."""
    return {name for name, field in table.classification.fields.items() if field.category not in OPEN}


def _read_fields(table: DecisionTable, kind: str, purpose: str) -> set[str]:
    """The guarded fields that an actor may read of some row for a purpose."""
    decisions = table.decision_class(kind, purpose).decisions
    return {name for name in _guarded_fields(table) if decisions[name].effect in (Effect.ALLOW, Effect.MASK)}
