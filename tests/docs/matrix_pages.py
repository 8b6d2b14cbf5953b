"""The matrix of who reads what, as Markdown: in signs for README.md, in words for docs/matrice.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from hub.policy.decide.decision import Reason
from hub.policy.enforce.access_entry import NOTES
from tests.docs.matrix import Cell, Matrix, Path, journey_leaves

READ, REDUCED, DENIED, EMPTY = "●", "◐", "○", "–"
DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
REASONS = {
    Reason.FIELD_NOT_FOR_ACTOR: ("ᵃ", "aucun accord de l'acteur ne porte sur ce champ"),
    Reason.FIELD_NOT_FOR_PURPOSE: ("ᶠ", "l'accord vaut pour une autre finalité"),
    Reason.FIELD_NOT_FOR_CLIENT: ("ᶜ", "l'application n'en reçoit rien, bien que son utilisateur y ait droit"),
    Reason.NOT_YOUR_ROW: ("ʳ", "rien ne lie l'acteur à cette personne pour ce champ"),
    Reason.OPPOSITION: ("ᵒ", "la personne s'y est opposée"),
    Reason.RETENTION_ENDED: ("ᵈ", "la durée de conservation est passée"),
}
"""Sign and meaning of the reasons for which a field is denied."""
COARSER = {
    NOTES["COARSEN"]: ("ᵖ", "moins précises"),
    NOTES["DROP"]: ("ᵉ", "sans l'élément de liste qui les porte"),
    NOTES["WITHHOLD"]: ("ˡ", "sans le lien qui les révélerait"),
}
"""Sign and meaning of the notes of a field whose protected values are coarsened."""


def signs(cell: Cell, siblings: Sequence[str]) -> str:
    """A cell in signs; `siblings` numbers the fields read in place of others."""
    text = EMPTY if cell.empty and not cell.read else ""
    if cell.read:
        text = REDUCED + "".join(sorted(COARSER[note][0] for note in cell.notes)) if cell.notes else READ
    numbers = sorted({siblings.index(name) + 1 for _, name in cell.denials if name is not None})
    if numbers:
        text += REDUCED + "".join(str(number).translate(DIGITS) for number in numbers)
    reasons = {reason for reason, name in cell.denials if name is None}
    if reasons:
        text += DENIED + "".join(REASONS[reason][0] for reason in sorted(map(Reason, reasons), key=list(Reason).index))
    return text


def words(cell: Cell) -> tuple[str, str]:
    """A cell in words, and the rules that decided it."""
    phrases = ["permis, rien à lire"] * (cell.empty and not cell.read)
    phrases += ["lu" + "".join(f" ; valeurs protégées {COARSER[note][1]}" for note in sorted(cell.notes))] * cell.read
    for reason, instead in sorted(cell.denials, key=str):
        phrases.append(f"refusé (`{reason}`)" + (f" ; à la place : {name(instead)}" if instead is not None else ""))
    rules = dict.fromkeys(rule for rule_ids in (*cell.notes.values(), *cell.denials.values()) for rule in rule_ids)
    return ", ou selon la personne ".join(phrases), ", ".join(rules)


def name(coordinate: str) -> str:
    """A field of the person, as code."""
    return f"`{coordinate.removeprefix('Person.')}`"


def label(group: Sequence[Path]) -> str:
    """Leaves of the query, as a selection without the `nodes` of connections; by its name, a field wholly there."""
    parts = []
    for top, below in groupby(group, key=lambda path: path[0]):
        leaves = list(below)
        inner = [".".join(step for step in path[1:] if step != "nodes") for path in leaves]
        whole = len(leaves) == sum(path[0] == top for path in journey_leaves())
        parts.append(f"`{top}`" if whole else f"`{top} {{ {' '.join(inner)} }}`")
    return " ".join(parts)


def grouped(matrix: Matrix, actors: Iterable[str]) -> list[tuple[list[Path], list[Cell]]]:
    """Leaves that follow each other in the query and say the same for these actors, with the cells of the first."""
    rows = [(path, [matrix.cells[actor][path] for actor in actors]) for path in journey_leaves()]
    groups = []
    for _, same in groupby(rows, key=lambda row: [words(cell) for cell in row[1]]):
        group = list(same)
        groups.append(([path for path, _ in group], group[0][1]))
    return groups


def table(matrix: Matrix) -> str:
    """The matrix with its legend, as Markdown."""
    siblings = matrix.siblings
    rows = [
        (label(group), [signs(cell, siblings) for cell in cells]) for group, cells in grouped(matrix, matrix.columns)
    ]
    shown = "".join(text for _, cells in rows for text in cells)
    numbers = [f"{str(number).translate(DIGITS)} {name(sibling)}" for number, sibling in enumerate(siblings, 1)]
    coarser = [f"{sign} {meaning}" for sign, meaning in COARSER.values() if sign in shown]
    reasons = [f"  - {sign} `{reason}` : {meaning}" for reason, (sign, meaning) in REASONS.items() if sign in shown]
    return "\n".join(
        [
            f"| | {' | '.join(heading for heading, _ in matrix.columns.values())} |",
            "|--|" + ":-:|" * len(matrix.columns),
            *(f"| {group} | {' | '.join(cells)} |" for group, cells in rows),
            "",
            f"- {READ} lu ; {EMPTY} permis, mais aucune personne lue n'a la donnée ; deux signes : selon la personne",
            f"- {REDUCED} réduit, un autre champ se lit à la place : {', '.join(numbers)}",
            f"- {REDUCED} réduit, les valeurs protégées manquent ou sont tues : {', '.join(coarser)}",
            f"- {DENIED} refusé, et pourquoi :",
            *reasons,
            "",
            "| | acteur de la démonstration | finalité déclarée | personnes lues |",
            "|--|--|--|--:|",
            *(
                f"| {heading} | `{actor}` : {who} | `{matrix.purposes[actor]}` | {matrix.people[actor]} |"
                for actor, (heading, who) in matrix.columns.items()
            ),
            "",
        ]
    )


def details(matrix: Matrix) -> str:
    """One table per actor, as Markdown."""
    parts = []
    for actor, (heading, who) in matrix.columns.items():
        parts += [
            f"## {heading} {who[0].upper()}{who[1:]}",
            f"`{actor}`, finalité `{matrix.purposes[actor]}`, personnes lues : {matrix.people[actor]}.",
            "",
            "| champ | réponse | règles |",
            "|--|--|--|",
            *(f"| {label(group)} | {' | '.join(words(cell))} |" for group, (cell,) in grouped(matrix, [actor])),
            "",
        ]
    return "\n".join(parts)
