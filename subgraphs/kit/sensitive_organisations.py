"""Organisations whose mere name reveals protected data of the people they receive: a list of kinds and of names.

The one registry of it: every subgraph takes from here what naming a structure, an agency, an employer or a provider
reveals. Kinds are those that Les emplois de l'inclusion replaces by "Autre" before it tells a partner (upstream:
les-emplois `PE_SENSITIVE_PRESCRIBER_KINDS`), with those that the same reasoning gives: psychiatry, disability, asylum,
detention. A category decides who may see the link to one (docs/policy.md#edges): health and disability are SAN, asylum
SEJ; measures of justice are JUST, and so are child protection and help to victims of violence, since only the person
reads JUST. Codes are those of Les emplois, data.inclusion (`reseaux_porteurs`) and Immersion facilitée.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    "EA": Category.SAN,
    "EATT": Category.SAN,
    "UNEA": Category.SAN,
    "ESAT": Category.SAN,
    "MDPH": Category.SAN,
    "MAISON-DEPARTEMENTALE-DE-LAUTONOMIE": Category.SAN,
    "CAP-EMPLOI": Category.SAN,
    "CAP-EMPLOI-RESEAU-CHEOPS": Category.SAN,
    "AGEFIPH": Category.SAN,
    "HUP": Category.SAN,
    "SAMSAH": Category.SAN,
    "SAVS": Category.SAN,
    "UEMO": Category.JUST,
    "CADA": Category.SEJ,
    "CPH": Category.SEJ,
    "HUDA": Category.SEJ,
}
STRICTEST = Category.JUST
"""What only the person reads."""
UNKNOWN = "UNKNOWN"
"""Instead of a category: an organisation that nobody has declared may be any. It is named to whoever reads the
strictest, and its rows stay, so that those who lack the name learn nothing by it."""
_NAMES: tuple[tuple[str, Category], ...] = (
    (r"SPIP|PENITENTIAIRE|PROBATION|PRISON|MAISON (?:D ARRET|CENTRALE)|DETENTION", Category.JUST),
    (r"PJJ|UEMO|UEHC|PROTECTION JUDICIAIRE|CONTROLE JUDICIAIRE|SEMI LIBERTE|PREVENTION SPECIALISEE", Category.JUST),
    (r"UNITE EDUCATIVE|MILIEU OUVERT|MAISON D ENFANT A CARACTERE SOCIAL", Category.JUST),
    (r"ASE|AIDE SOCIALE A L ENFANCE|(?:FOYER|MAISON) DE L ENFANCE|MECS|PROTECTION DE L ENFANCE", Category.JUST),
    (r"CIDFF|DROIT DE FEMME|VICTIME", Category.JUST),
    (r"CSAPA|CAARUD|ADDICTOLOGIE|ADDICTION|ALCOOLOGIE|TOXICOMANIE|USAGER DE DROGUE", Category.SAN),
    (r"CMP|MEDICO PSYCHOLOGIQUE|PSYCHIATRIE|PSYCHIATRIQUE|PENSION DE FAMILLE|RESIDENCE ACCUEIL", Category.SAN),
    (r"ESAT|SERVICE D (?:ACCOMPAGNEMENT|AIDE) PAR LE TRAVAIL|ENTREPRISE ADAPTEE|EA|EATT|UNEA", Category.SAN),
    (r"SAMSAH|SAVS|SERVICE D ACCOMPAGNEMENT (?:MEDICO SOCIAL|A LA VIE SOCIALE)", Category.SAN),
    (r"CAP EMPLOI|MDPH|AGEFIPH|H UP|HANDICAP|HANDICAPEE?", Category.SAN),
    (r"MAISON DEPARTEMENTALE DE L AUTONOMIE|REEDUCATION|READAPTATION|ESRP|CRP", Category.SAN),
    (r"CADA|HUDA|CPH|CENTRE PROVISOIRE D HEBERGEMENT|ASILE|REFUGIEE?", Category.SEJ),
)
"""What names reveal, in the singular; an acronym that ends in S as it is."""


def category_of_name(name: str | None) -> Category | None:
    """Return the category that a name reveals, by whole words without accents, case, plural and the dots of acronyms;
    None for an ordinary name."""
    if name is None:
        return None
    letters = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    undotted = re.sub(r"(?<=\b[A-Z])\.(?=[A-Z]\b)", "", letters.upper())
    words = re.sub(r"[^A-Z0-9]+", " ", undotted)
    written = words + "|" + re.sub(r"S\b", "", words)
    return next((category for words_of, category in _NAMES if re.search(rf"\b(?:{words_of})\b", written)), None)


def sensitivity(kind: str | None, name: str | None) -> Category | None:
    """Return the category that naming an organisation reveals, by its declared kind (or category), else by its name.

    A declared kind that is not on the list is taken for the strictest: whoever declares one means to protect.
    """
    if kind:
        return KINDS.get(kind.upper()) or (Category(kind.upper()) if kind.upper() in REVEALED else STRICTEST)
    return category_of_name(name)


def strictest(kinds: Iterable[str | None], *names: str | None) -> Category | None:
    """Return the category that naming an organisation of these kinds and names reveals; kinds that are not on the list
    are ordinary. Of several categories, the one that the fewest read: JUST and SEJ are the person's alone."""
    revealed = {KINDS.get((kind or "").upper()) for kind in kinds} | {category_of_name(name) for name in names}
    return next((category for category in (Category.JUST, Category.SEJ, Category.SAN) if category in revealed), None)
