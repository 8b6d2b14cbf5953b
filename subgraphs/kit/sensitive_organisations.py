"""Organisations whose mere name reveals protected data of the people they receive: a list of kinds and of names.

Kinds are those that Les emplois de l'inclusion replaces by "Autre" before it tells a partner (upstream: les-emplois
`PE_SENSITIVE_PRESCRIBER_KINDS`), with those that the same reasoning gives: psychiatry, asylum. A category decides who
may see the link to one (docs/policy.md#edges): health is SAN, asylum SEJ; measures of justice are JUST, and so are
child protection and help to victims of violence, since only the person reads JUST.
"""

from __future__ import annotations

import re
from unicodedata import combining, normalize

from schema.categories import Category
from schema.facts import REVEALED

KINDS: dict[str, Category] = {
    "SPIP": Category.JUST,
    "PJJ": Category.JUST,
    "PREVENTION": Category.JUST,
    "ASE": Category.JUST,
    "CIDFF": Category.JUST,
    "CSAPA": Category.SAN,
    "CAARUD": Category.SAN,
    "CMP": Category.SAN,
    "PENSION": Category.SAN,
    "CADA": Category.SEJ,
    "CPH": Category.SEJ,
}
STRICTEST = Category.JUST
"""What only the person reads."""
UNKNOWN = "UNKNOWN"
"""Instead of a category: an organisation that nobody has declared may be any. It is named to whoever reads the
strictest, and its rows stay, so that those who lack the name learn nothing by it."""
_NAMES: tuple[tuple[str, Category], ...] = (
    (r"SPIP|PENITENTIAIRE|PENITENTIAIRES|PROBATION|PRISON|MAISON D ARRET", Category.JUST),
    (r"PJJ|PROTECTION JUDICIAIRE|CONTROLE JUDICIAIRE|PREVENTION SPECIALISEE", Category.JUST),
    (r"ASE|AIDE SOCIALE A L ENFANCE|CIDFF|DROITS DES FEMMES|VICTIMES?", Category.JUST),
    (r"CSAPA|CAARUD|ADDICTOLOGIE|ADDICTIONS?|ALCOOLOGIE|TOXICOMANIE", Category.SAN),
    (r"CMP|MEDICO PSYCHOLOGIQUE|PSYCHIATRIE|PSYCHIATRIQUE|PENSION DE FAMILLE|RESIDENCE ACCUEIL", Category.SAN),
    (r"CADA|HUDA|CPH|DEMANDEURS D ASILE|ASILE|REFUGIES", Category.SEJ),
)


def category_of_name(name: str | None) -> Category | None:
    """Return the category that a name reveals, by whole words without accents and case; None for an ordinary name."""
    if name is None:
        return None
    letters = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    words = re.sub(r"[^A-Z0-9]+", " ", letters.upper())
    return next((category for words_of, category in _NAMES if re.search(rf"\b(?:{words_of})\b", words)), None)


def sensitivity(kind: str | None, name: str | None) -> Category | None:
    """Return the category that naming an organisation reveals, by its declared kind (or category), else by its name.

    A declared kind that is not on the list is taken for the strictest: whoever declares one means to protect.
    """
    if kind:
        return KINDS.get(kind.upper()) or (Category(kind.upper()) if kind.upper() in REVEALED else STRICTEST)
    return category_of_name(name)
