"""The matrix of rights, actors × categories, counted from the decisions enforced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Decision, DecisionClass, Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.report.markdown_table import markdown_table
from hub.policy.report.retention_terms import retention_terms
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS

HEAD = """\
# Matrice des droits
Par sorte d'acteur et par catégorie de données, le nombre de champs servis qu'ouvrent une au moins de ses finalités et
une au moins de ses relations : « 5 » lus en entier, « 2 r » réduits ou masqués, « — » aucun ; « 3 v » valeurs, ou
liens, de cette catégorie que portent des champs d'une autre ; « 2 é » entrées de mutations, de cette catégorie, qui
s'écrivent. Un champ ne se lit que d'une personne à laquelle une
relation lie l'acteur. Les dernières colonnes sont les portées d'applications : ce que chacune laisse passer à l'un au
moins de ses utilisateurs, de ce que celui-ci peut lire."""


ENDS = """\
## Durées
Ce qui est ouvert se ferme avec le temps, comme ici ; la personne elle-même n'est liée par aucune durée."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What one actor opens of a category: served fields read in full, those read reduced only, values of the category
    (or links that reveal it) that fields of another category carry, and inputs that it writes."""

    full: int
    reduced: int
    values: int = 0
    written: int = 0


def opened(table: DecisionTable) -> Mapping[tuple[str, Category], Opened]:
    """The counts by kind of actor (or scope of an application) and guarded category, over all purposes and relations;
    no entry where nothing is opened."""
    full: dict[tuple[str, Category], set[str]] = {}
    reduced: dict[tuple[str, Category], set[str]] = {}
    values: dict[tuple[str, Category], set[str]] = {}
    written: dict[tuple[str, Category], set[str]] = {}
    for reader, row in _rows(table):
        for name, decision in row.writes.items():
            if decision.effect is Effect.WRITE:
                written.setdefault((reader, table.classification.writes[name]), set()).add(name)
        for name, decision in row.decisions.items():
            field = table.classification.fields[name]
            for category, names in readable_values(name, decision, table.classification).items():
                values.setdefault((reader, category), set()).update(names)
            if field.category in OPEN or decision.effect not in (Effect.ALLOW, Effect.MASK):
                continue
            whole = decision.effect is Effect.ALLOW and field.level is Level.FULL
            (full if whole else reduced).setdefault((reader, field.category), set()).add(name)
    empty: set[str] = set()
    return {
        key: Opened(
            len(full.get(key, empty)),
            len(reduced.get(key, empty) - full.get(key, empty)),
            len(values.get(key, empty)),
            len(written.get(key, empty)),
        )
        for key in full.keys() | reduced.keys() | values.keys() | written.keys()
    }


def readable_values(name: str, decision: Decision, schema: Classification) -> Mapping[Category, frozenset[str]]:
    """The values of stricter categories (or the link that reveals one) that a decision on a field lets read."""
    bits = {bit for bit, clauses in decision.rule.values if clauses and decision.effect is not Effect.DENY}
    return {
        category: _stricter_values(name, category, schema)
        for category in schema.fields[name].values
        if VALUE_FACTS[category] in bits
    }


def _stricter_values(name: str, category: Category, schema: Classification) -> frozenset[str]:
    """The values of a stricter category that a field may have; the field itself for a link that reveals it."""
    enum = schema.fields[name].returns
    coordinates = (f"{enum}.{value}" for value in schema.enums.get(enum, ()))
    return frozenset(value for value in coordinates if schema.values.get(value) is category) or frozenset({name})


def _rows(table: DecisionTable) -> Iterator[tuple[str, DecisionClass]]:
    """Each class with its column: the kind of actor, or the scope of the application."""
    yield from ((row.kind, row) for row in table.classes.values())
    yield from ((client, row) for client in table.policy.clients for row in table.through(client))


def values_of_category(category: Category, schema: Classification) -> frozenset[str]:
    """All values of this category (or links that reveal it) that served fields of another category carry."""
    carriers = (name for name, field in schema.fields.items() if category in field.values)
    return frozenset[str]().union(*(_stricter_values(name, category, schema) for name in carriers))


def matrix(table: DecisionTable) -> str:
    """The matrix, as Markdown in French; a row per category, a column per kind of actor and per scope."""
    counts, policy = opened(table), table.policy
    readers = [*policy.actors, *policy.clients]
    rows = [
        (f"{category} : {term.label}", *(cell(counts.get((reader, category))) for reader in readers))
        for category, term in policy.categories.items()
        if category not in OPEN
    ]
    headings = [*(kind.label for kind in policy.actors.values()), *(f"portée `{client}`" for client in policy.clients)]
    rights = markdown_table(("catégorie", *headings), rows)
    return f"{HEAD}\n\n{rights}\n\n{ENDS}\n\n{retention_terms(table)}\n"


def cell(counts: Opened | None) -> str:
    """« 5 · 2 r · 3 v · 1 é »; « — » without counts."""
    if counts is None:
        return "—"
    parts = ((counts.full, ""), (counts.reduced, " r"), (counts.values, " v"), (counts.written, " é"))
    return " · ".join(f"{number}{sign}" for number, sign in parts if number)
