"""The data-protection impact assessment (GDPR article 35), with every figure counted in the decisions enforced.

What the decisions don't say (why a category is sensitive, the measures, the risks) is in `impact.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hub.policy.decide.decision_table import DecisionTable, Effect
from hub.policy.report.markdown_table import grid
from hub.policy.report.retention_terms import terms
from hub.policy.report.rights_matrix import Opened, borne, cell, opened
from schema.categories import OPEN, Category

SAID = Path(__file__).with_name("impact.toml")
TO_COMPLETE = "**à compléter par le responsable de traitement**."


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk: the feared event, what holds it, the attacks by which that is tried, and what is left."""

    event: str
    name: str
    effect: str
    held: str
    attacks: tuple[int, ...]
    left: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What people wrote: sensitive categories and why, measures, risks."""

    sensitive: Mapping[Category, str]
    measures: tuple[tuple[str, str], ...]
    risks: tuple[Risk, ...]


@cache
def said() -> Said:
    """The content of `impact.toml`."""
    read = tomllib.loads(SAID.read_text(encoding="utf-8"))
    return Said(
        {Category(name): why for name, why in read["sensitive"].items()},
        tuple((each["name"], each["text"]) for each in read["measure"]),
        tuple(_risk(each) for each in read["risk"]),
    )


def impact(table: DecisionTable) -> str:
    """The assessment, as Markdown in French."""
    found = opened(table)
    parts = [
        _head(table),
        "## 1. Le traitement",
        _purposes(table),
        _categories(table, found),
        _actors(table, found),
        "### Durées\n" + terms(table),
        "## 2. Nécessité et proportionnalité",
        _bases(table),
        _minimised(table),
        "## 3. Mesures",
        grid(("mesure", "ce qui est fait"), said().measures),
        "## 4. Risques",
        *_risks(),
        "## 5. Avis et validation",
        f"Avis du délégué à la protection des données, des personnes concernées, décision : {TO_COMPLETE}",
    ]
    return "\n\n".join(parts) + "\n"


def _risk(read: Mapping[str, Any]) -> Risk:
    event, name, effect, held = (read[key] for key in ("event", "name", "effect", "held"))
    return Risk(event, name, effect, held, tuple(read["attacks"]), read.get("left"))


def _head(table: DecisionTable) -> str:
    policy, fields = table.policy, table.classification.fields
    guarded = [name for name, field in fields.items() if field.category not in OPEN]
    purposes = sum(not each.abstract for each in policy.purposes.values())
    grants, closed, relations = (len(each) for each in (policy.grants, policy.prohibitions, policy.relations))
    return f"""\
# Analyse d'impact relative à la protection des données
RGPD, article 35. Page écrite par `hub policy impact`, depuis la table des décisions que le hub applique : chaque nombre
y est compté. Les mesures et les risques sont écrits dans `hub/policy/report/impact.toml`. Elle complète le
[registre](registre.md) ; le responsable de traitement y ajoute son contexte, évalue gravité et vraisemblance, valide.

- {len(policy.actors)} sortes d'acteurs, {purposes} finalités, {len(table.classes)} couples des deux.
- {len(policy.clients)} portées d'applications partenaires, qui n'ouvrent rien à qui n'y a pas droit.
- {grants} accords, {closed} interdictions, {relations} relations à une personne.
- {len(table.classification.personal)} types de données personnelles.
- {len(guarded)} champs gardés sur {len(fields)} : il faut un accord pour les ouvrir."""


def _purposes(table: DecisionTable) -> str:
    policy, rows = table.policy, []
    for purpose in (each for each in policy.purposes.values() if not each.abstract):
        kinds = [kind for kind, code in table.classes if code == purpose.code]
        grants = [grant for grant in policy.grants if purpose.code in grant.purposes]
        fields = {name for kind in kinds for name in _guarded(table, kind, purpose.code)}
        counts = (len(kinds), len(grants), len(fields))
        rows.append((f"{purpose.label} (`{purpose.code}`)", purpose.legal, *map(str, counts)))
    heads = ("finalité", "fondement", "acteurs", "accords", "champs gardés ouverts")
    return "### Finalités\n" + grid(heads, rows)


def _categories(table: DecisionTable, found: Mapping[tuple[str, Category], Opened]) -> str:
    policy, rows = table.policy, []
    schema = table.classification
    served = [field.category for field in schema.fields.values()]
    for category, named in policy.categories.items():
        if category in OPEN:
            continue
        names = {kind: actor.label for kind, actor in policy.actors.items()}
        names |= {name: f"{policy.actors[each.actor].label} ({name})" for name, each in policy.clients.items()}
        readers = [(label, found[name, category]) for name, label in names.items() if (name, category) in found]
        rows.append(
            (
                f"{category} : {named.label}",
                said().sensitive.get(category, ""),
                cell(Opened(served.count(category), 0, len(borne(category, schema)))) or "—",
                ", ".join(label for label, each in readers if each.full or each.values) or "nul acteur",
                ", ".join(label for label, each in readers if not each.full and not each.values),
            )
        )
    heads = ("catégorie", "sensible", "champs, valeurs (v)", "lue en entier par", "lue réduite seulement par")
    return "### Données\n" + grid(heads, rows)


def _actors(table: DecisionTable, found: Mapping[tuple[str, Category], Opened]) -> str:
    policy, rows = table.policy, []
    for kind, actor in policy.actors.items():
        relations = {fact for grant in policy.grants if grant.actor == kind for fact in grant.relations}
        sensitive = (f"{c} ({cell(found[kind, c])})" for c in said().sensitive if (kind, c) in found)
        opens = [len(_guarded(table, kind, purpose)) for known, purpose in table.classes if known == kind]
        rows.append(
            (
                f"{actor.label} (`{kind}`)",
                ", ".join(policy.relations[fact].label for fact in sorted(relations)),
                str(len(opens)),
                f"{min(opens)} à {max(opens)}" if min(opens) != max(opens) else str(max(opens)),
                ", ".join(sensitive),
            )
        )
    heads = ("acteur", "personnes", "finalités", "champs gardés ouverts par finalité", "catégories sensibles ouvertes")
    return "### Acteurs\n" + grid(heads, rows)


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
    return "### Bases légales\n" + grid(
        ("base", "texte", "droit d'opposition", "suspendue par une limitation", "accords"), rows
    )


def _minimised(table: DecisionTable) -> str:
    policy, fields = table.policy, table.classification.fields
    guarded = {name for name, field in fields.items() if field.category not in OPEN}
    read = {kind: set[str]() for kind in policy.actors}
    for kind, purpose in table.classes:
        read[kind] |= _guarded(table, kind, purpose)
    others = {name for kind, names in read.items() if kind != "beneficiaire" for name in names}
    shares = [len(_guarded(table, *pair)) for pair in table.classes if pair[0] != "beneficiaire"]
    ways = [row.how for row in policy.reductions.values()]
    siblings, masks, whole, denials = (ways.count(how) for how in ("sibling", "mask", "whole", "deny"))
    valued = [name for name, field in fields.items() if field.action is not None]
    average = round(100 * sum(shares) / (len(shares) * len(guarded)))
    everyone = sum(prohibition.actor == "*" for prohibition in policy.prohibitions)
    return f"""\
### Minimisation
- Un professionnel, pour une finalité, ouvre en moyenne {average} % des champs gardés, {max(shares)} au plus.
- {len(guarded - others)} champs gardés ne sont ouverts à aucun autre que la personne elle-même.
- {siblings} réductions donnent à lire un champ moins précis, {masks} masquent la valeur,
  {whole} laissent lire le champ lui-même, {denials} ne donnent rien.
- {len(valued)} champs ou liens ont des valeurs d'une catégorie plus stricte qu'eux : elles sont retirées en silence.
- {len(policy.prohibitions)} interdictions qu'aucun accord ne peut lever, dont {everyone} pour tous les acteurs."""


def _risks() -> Iterable[str]:
    yield (
        "Chaque attaque connue est rangée sous le risque qu'elle ferait courir ; ses essais sont dans "
        "[attaques.md](attaques.md). Gravité et vraisemblance : " + TO_COMPLETE
    )
    for event in dict.fromkeys(risk.event for risk in said().risks):
        rows = [
            (risk.name, risk.effect, risk.held, ", ".join(map(str, risk.attacks)) or "—", risk.left or "—")
            for risk in said().risks
            if risk.event == event
        ]
        heads = ("risque", "effet sur les personnes", "ce qui le tient", "attaques essayées", "ce qui reste")
        yield f"### {event}\n" + grid(heads, rows)


def _guarded(table: DecisionTable, kind: str, purpose: str) -> set[str]:
    """Guarded fields that an actor may ever read for a purpose."""
    decisions = table.decision_class(kind, purpose).decisions
    return {name for name, each in decisions.items() if each.effect in (Effect.ALLOW, Effect.MASK) and _is(table, name)}


def _is(table: DecisionTable, name: str) -> bool:
    return table.classification.fields[name].category not in OPEN
