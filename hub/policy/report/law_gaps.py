"""The differences between the law's table (`law_table.toml`) and the grants, each a choice for the officer.

The table says what the law opens to an actor for any of its purposes; a grant is compared by the letter that it gives
to a category. A search of the whole country is no cell of the table (C. trav. R.5312-42-1 IV).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from hub.policy.decide.matrix_cells import prohibitions
from hub.policy.decide.policy_model import Grant, Policy
from hub.policy.report.markdown_table import markdown_table
from schema.categories import OPEN, Category, Level
from schema.facts import Fact

LAW = Path(__file__).with_name("law_table.toml")
UNGRANTED, APPLICATION = "-", "x"
UNEXPLAINED = "**à motiver** dans `law_table.toml`"
UNSERVED = "aucun acteur de cette sorte"
HEAD = """# Écarts entre la table de la loi et les accords
Page écrite par `hub policy gaps`, depuis la table de la loi (`hub/policy/report/law_table.toml`) et les accords
(`schema/policies`). Chaque écart est un choix soumis au délégué à la protection des données. R : lu ; r : réduit ; o :
lu si l'organisation l'a elle-même enregistré ; M : rapproché ; A : en nombre seulement ; x : par une application, ce
que lit son utilisateur ; - : rien."""
NARROWER = """## Finalités plus étroites que la ligne de l'acteur
La table ouvre une catégorie à un acteur ; les accords, pour les seules finalités qui la demandent."""

WRITTEN = """## Ce que les accords font écrire
La table ne dit que ce qui se lit. Qui écrit quoi (CASF R.263-5) se signe donc ici, accord par accord : le reste ne
s'écrit pas."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the law opens to one kind of actor; `purposes` None: those of its convention."""

    scope: str
    cells: str
    purposes: frozenset[str] | None = None


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the grants differ from the table, and what the officer decides; without categories and purposes, everywhere
    in the rows of these actors."""

    actors: frozenset[str]
    reason: str
    choice: str
    categories: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()

    def explains(self, gap: Gap) -> bool:
        """Whether it is about this gap."""
        subjects = self.categories | self.purposes
        return gap.actor in self.actors and (not subjects or gap.subject in subjects)


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table and what is said of the differences; `narrower`: by purpose, why it opens less than the row of its
    actors; `unlisted`: categories that the table does not name."""

    categories: str
    rows: Mapping[str, Row]
    difference: tuple[Difference, ...]
    narrower: Mapping[str, str]
    unlisted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference of one actor at a category or purpose (`subject`): what the law says, what the grants give."""

    actor: str
    subject: str
    law: str
    grants: str


@cache
def law() -> Law:
    """The content of `law_table.toml`."""
    return msgspec.toml.decode(LAW.read_bytes(), type=Law)


def letters(policy: Policy, actor: str, category: Category, purpose: str | None = None) -> str:
    """What the grants give an actor of a category, for one purpose or any, as letters of the table."""
    if policy.actors[actor].application:
        scopes = [scope for scope in policy.clients.values() if scope.actor == actor]
        closed = {rule.level for rule in prohibitions(policy, actor, category)} & {Level.FULL, None}
        cell = APPLICATION if any(category in scope.read for scope in scopes) and not closed else ""
        matched = category is Category.NIR and any(category in scope.match for scope in scopes)
        return cell + ("M" if matched else "") or UNGRANTED
    forbidden = {rule.level for rule in prohibitions(policy, actor, category)}
    grants = [grant for grant in policy.grants if grant.actor == actor and _counts(grant, purpose)]
    opened = {
        "R": not forbidden & {Level.FULL, None} and any(category in grant.read for grant in grants),
        "r": not forbidden & {Level.REDUCED, None} and any(category in grant.reduced for grant in grants),
        "o": not forbidden & {Level.FULL, None} and any(category in grant.own_recorded for grant in grants),
        "M": category is Category.NIR and None not in forbidden and any(category in g.match for g in grants),
    }
    return "".join(letter for letter, is_open in opened.items() if is_open) or UNGRANTED


def _counts(grant: Grant, purpose: str | None) -> bool:
    """Whether a grant is one for this purpose; for any purpose, whether it is a cell of the table."""
    return grant.relations != Fact.NATIONWIDE if purpose is None else purpose in grant.purposes


def law_gaps(policy: Policy) -> list[Gap]:
    """Every difference, by the order of the table; an actor of the table or of the policy alone differs everywhere."""
    table = law()
    categories = table.categories.split()
    gaps = []
    for actor, row in table.rows.items():
        cells = dict(zip(categories, row.cells.split(), strict=True))
        for name, cell in cells.items():
            granted = letters(policy, actor, Category(name)) if actor in policy.actors else UNSERVED
            if granted != cell and (granted, cell) != (UNSERVED, UNGRANTED):
                gaps.append(Gap(actor, name, cell, granted))
        gaps += _purpose_gaps(actor, row, policy)
    for actor in policy.actors.keys() - table.rows.keys():
        for name in categories:
            if (granted := letters(policy, actor, Category(name))) != UNGRANTED:
                gaps.append(Gap(actor, name, "acteur absent de la table", granted))
    return gaps


def _purpose_gaps(actor: str, row: Row, policy: Policy) -> Iterator[Gap]:
    if row.purposes is None or actor not in policy.actors:
        return
    granted = policy.actors[actor].purposes
    yield from (Gap(actor, code, "prévue", UNGRANTED) for code in sorted(row.purposes - granted))
    yield from (Gap(actor, code, UNGRANTED, "accordée") for code in sorted(granted - row.purposes))


def narrower_purposes(policy: Policy) -> list[tuple[str, str, tuple[str, ...]]]:
    """(actor, purpose, categories): what the row of an actor opens and one of its purposes does not open at all."""
    narrower = []
    for actor, kind in policy.actors.items():
        for purpose in sorted(kind.purposes) if not kind.application else ():
            closed = tuple(
                name
                for name in law().categories.split()
                if letters(policy, actor, Category(name)) != UNGRANTED
                and letters(policy, actor, Category(name), purpose) == UNGRANTED
            )
            if closed:
                narrower.append((actor, purpose, closed))
    return narrower


def unlisted_categories(policy: Policy) -> dict[str, list[str]]:
    """By guarded category that the table does not name, the actors to whom a grant opens it."""
    listed = {Category(name) for name in law().categories.split()}
    return {
        category.value: [actor for actor in policy.actors if letters(policy, actor, category) != UNGRANTED]
        for category in policy.categories
        if category not in listed and category not in OPEN
    }


def law_gaps_page(policy: Policy) -> str:
    """The page of all differences, in Markdown and French."""
    table = law()
    rows = []
    for difference, gaps in _explained(law_gaps(policy)):
        actors = sorted({_label(gap.actor, policy) for gap in gaps})
        outcomes: dict[tuple[str, str], list[str]] = {}
        for gap in gaps:
            outcomes.setdefault((gap.law, gap.grants), []).append(gap.subject)
        cells = " ; ".join(f"{', '.join(names)} : {cell} → {granted}" for (cell, granted), names in outcomes.items())
        reason, choice = (difference.reason, difference.choice) if difference else (UNEXPLAINED, "")
        rows.append((", ".join(actors), cells, reason, choice))
    narrower = [
        (_label(actor, policy), f"{policy.purposes[code].label} (`{code}`)", ", ".join(closed), _why(code))
        for actor, code, closed in narrower_purposes(policy)
    ]
    unlisted = [
        (f"{name} : {policy.categories[Category(name)].label}", ", ".join(actors) or UNGRANTED, _unlisted(name))
        for name, actors in unlisted_categories(policy).items()
    ]
    written = [
        (
            _label(grant.actor, policy),
            f"{grant.label} (`{grant.id}`)",
            ", ".join(sorted(grant.write)),
            ", ".join(sorted(code for code in grant.purposes if not policy.purposes[code].abstract)),
        )
        for grant in policy.grants
        if grant.write
    ]
    whole = [(_label(actor, policy), row.scope, *row.cells.split()) for actor, row in table.rows.items()]
    return (
        "\n\n".join(
            (
                HEAD,
                "## Écarts de la table",
                markdown_table(("acteur", "loi → accords", "pourquoi", "choix soumis"), rows),
                NARROWER,
                markdown_table(("acteur", "finalité", "catégories fermées", "pourquoi"), narrower),
                "## Catégories que la table ne nomme pas",
                markdown_table(("catégorie", "ouverte à", "pourquoi"), unlisted),
                WRITTEN,
                markdown_table(("acteur", "accord", "écrit", "finalités"), written),
                "## La table de la loi",
                markdown_table(("acteur", "personnes", *table.categories.split()), whole),
            )
        )
        + "\n"
    )


def _explained(gaps: list[Gap]) -> Iterator[tuple[Difference | None, list[Gap]]]:
    """The gaps of each difference, in the order of the file; last, each that none explains."""
    left = list(gaps)
    for difference in law().difference:
        explained = [gap for gap in left if difference.explains(gap)]
        left = [gap for gap in left if not difference.explains(gap)]
        if explained:
            yield difference, explained
    yield from ((None, [gap]) for gap in left)


def unexplained(policy: Policy) -> list[str]:
    """What the file does not explain, and what it explains though nothing differs."""
    gaps, table = law_gaps(policy), law()
    problems = [
        f"{gap.actor} × {gap.subject} : {gap.law} → {gap.grants}, sans motif"
        for difference, explained in _explained(gaps)
        for gap in explained
        if difference is None
    ]
    problems += [
        f"{', '.join(sorted(difference.actors))} × {', '.join(sorted(difference.categories | difference.purposes))} : "
        "un motif, et pas d'écart"
        for difference in table.difference
        if not any(difference.explains(gap) for gap in gaps)
    ]
    codes = {code for _, code, _ in narrower_purposes(policy)}
    problems += [f"{code} : plus étroite que la ligne, sans motif" for code in sorted(codes - table.narrower.keys())]
    problems += [f"{code} : un motif, et pas plus étroite" for code in sorted(table.narrower.keys() - codes)]
    return problems + [
        f"{name} : absente de la table, ou des motifs, seulement"
        for name in sorted(unlisted_categories(policy).keys() ^ table.unlisted.keys())
    ]


def _why(purpose: str) -> str:
    return law().narrower.get(purpose, UNEXPLAINED)


def _unlisted(category: str) -> str:
    return law().unlisted.get(category, UNEXPLAINED)


def _label(actor: str, policy: Policy) -> str:
    return f"{policy.actors[actor].label} (`{actor}`)" if actor in policy.actors else f"`{actor}`"
