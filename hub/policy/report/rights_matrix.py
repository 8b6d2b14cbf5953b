"""The matrix of rights, actors × categories, counted in the decisions enforced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import Decision, DecisionClass, DecisionTable, Effect
from hub.policy.report.markdown_table import grid
from hub.policy.report.retention_terms import terms
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS

HEAD = """\
# Matrice des droits
Par sorte d'acteur et par catégorie de données, le nombre de champs servis qu'ouvrent une au moins de ses finalités et
une au moins de ses relations : « 5 » lus en entier, « 2 r » réduits ou masqués, « — » aucun ; « 3 v » valeurs, ou
liens, de cette catégorie que portent des champs d'une autre. Un champ ne se lit que d'une personne à laquelle une
relation lie l'acteur. Les dernières colonnes sont les portées d'applications : ce que chacune laisse passer à l'un au
moins de ses utilisateurs, de ce que celui-ci peut lire."""


ENDS = """\
## Durées
Ce qui est ouvert se ferme avec le temps, comme ici ; la personne elle-même n'est liée par aucune durée."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How many served fields of a category an actor may ever read, in full and otherwise; and how many values of it, or
    links that reveal it, that fields of another category bear."""

    full: int
    reduced: int
    values: int = 0


def opened(table: DecisionTable) -> Mapping[tuple[str, Category], Opened]:
    """By kind of actor, or scope of an application, and guarded category, whatever the purpose and the relation; no
    entry where nothing is."""
    full: dict[tuple[str, Category], set[str]] = {}
    reduced: dict[tuple[str, Category], set[str]] = {}
    valued: dict[tuple[str, Category], set[str]] = {}
    for kind, row in _rows(table):
        for name, decision in row.decisions.items():
            field = table.classification.fields[name]
            for category, names in shown(name, decision, table.classification).items():
                valued.setdefault((kind, category), set()).update(names)
            if field.category in OPEN or decision.effect not in (Effect.ALLOW, Effect.MASK):
                continue
            whole = decision.effect is Effect.ALLOW and field.level is Level.FULL
            (full if whole else reduced).setdefault((kind, field.category), set()).add(name)
    nothing: set[str] = set()
    return {
        key: Opened(
            len(full.get(key, nothing)),
            len(reduced.get(key, nothing) - full.get(key, nothing)),
            len(valued.get(key, nothing)),
        )
        for key in full.keys() | reduced.keys() | valued.keys()
    }


def shown(name: str, decision: Decision, schema: Classification) -> Mapping[Category, frozenset[str]]:
    """What a decision on a field lets read of stricter categories than its own, of some row: values, or the link."""
    opened = {bit for bit, clauses in decision.rule.values if clauses and decision.effect is not Effect.DENY}
    return {
        category: stricter(name, category, schema)
        for category in schema.fields[name].values
        if VALUE_FACTS[category] in opened
    }


def stricter(name: str, category: Category, schema: Classification) -> frozenset[str]:
    """The values of a stricter category that a field may bear; of a link that reveals it, the link."""
    enum = schema.fields[name].returns
    values = (each for each in schema.enums.get(enum, ()) if schema.values.get(f"{enum}.{each}") is category)
    return frozenset(f"{enum}.{each}" for each in values) or frozenset({name})


def _rows(table: DecisionTable) -> Iterator[tuple[str, DecisionClass]]:
    yield from ((row.kind, row) for row in table.classes.values())
    yield from ((client, row) for client in table.policy.clients for row in table.through(client))


def borne(category: Category, schema: Classification) -> frozenset[str]:
    """The values of this category, or the links that reveal it, that served fields of another one bear."""
    carriers = (name for name, field in schema.fields.items() if category in field.values)
    return frozenset[str]().union(*(stricter(name, category, schema) for name in carriers))


def matrix(table: DecisionTable) -> str:
    """The matrix, as Markdown in French; a row per category, a column per kind of actor and per scope."""
    found, policy = opened(table), table.policy
    kinds = [*policy.actors, *policy.clients]
    rows = [
        (f"{category} : {named.label}", *(cell(found.get((kind, category))) for kind in kinds))
        for category, named in policy.categories.items()
        if category not in OPEN
    ]
    heads = [*(kind.label for kind in policy.actors.values()), *(f"portée `{client}`" for client in policy.clients)]
    counted = grid(("catégorie", *heads), rows)
    return f"{HEAD}\n\n{counted}\n\n{ENDS}\n\n{terms(table)}\n"


def cell(found: Opened | None) -> str:
    """« 5 · 2 r · 3 v », or « — » for nothing."""
    if found is None:
        return "—"
    parts = ((found.full, ""), (found.reduced, " r"), (found.values, " v"))
    return " · ".join(f"{number}{sign}" for number, sign in parts if number)
