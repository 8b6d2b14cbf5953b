"""Categories of data, one per field of every subgraph (docs/domain.md#categories).

A field carries exactly one category, at one level, by the directive `@category` of the specification
`SPEC`; an enum value may carry a stricter one than the field that returns it.
"""

from enum import StrEnum

SPEC = "https://spec.spie-hub.example/privacy/v1.0"
"""Identity of `@category`, `@subject`, `@forbiddenValue` and `@reads`: resolved by this URL, never by local name."""


class Category(StrEnum):
    """Class of data that a field holds; the unit in which grants are written."""

    ID = "ID"  # identité
    NIR = "NIR"  # numéro d'inscription au répertoire
    IDX = "IDX"  # identifiants de secteur
    COORD = "COORD"  # coordonnées
    FAM = "FAM"  # foyer et vie personnelle
    SOC = "SOC"  # situation sociale, RSA
    ECO = "ECO"  # économique et financier
    PRO = "PRO"  # vie professionnelle
    FORM = "FORM"  # formation
    SUIVI = "SUIVI"  # orientation, rendez-vous, contrat, actions
    ASSIDU = "ASSIDU"  # absence à un rendez-vous: valeur d'un champ SUIVI
    FREIN = "FREIN"  # difficultés
    SAN = "SAN"  # santé, handicap (RGPD art. 9)
    JUST = "JUST"  # justice (RGPD art. 10)
    SEJ = "SEJ"  # titre de séjour
    LIBRE = "LIBRE"  # texte libre
    PROF = "PROF"  # données sur des professionnels
    PUB = "PUB"  # offre publique
    TRACE = "TRACE"  # traces et droits
    ACCES = "ACCES"  # journal des accès
    AUDIT = "AUDIT"  # contrôle des accès
    ORIENTATION = "ORIENTATION"  # décision du département: s'écrit seulement
    DESIGNATION = "DESIGNATION"  # référent, groupe de suivi: s'écrit seulement
    SIGNATURE = "SIGNATURE"  # signature de la personne: s'écrit seulement
    TECH = "TECH"  # clé opaque ou enveloppe de page: lisible dès que son parent l'est


class Level(StrEnum):
    """FULL is the datum itself; REDUCED is a coarse sibling (`birthYear`) of the same category."""

    FULL = "FULL"
    REDUCED = "REDUCED"


WRITE_ONLY = frozenset({Category.ORIENTATION, Category.DESIGNATION, Category.SIGNATURE})
"""Categories of inputs alone: the field that such an input is written to has another one, by which it is read."""
OPEN = frozenset({Category.PUB, Category.TECH})
"""Categories that need no grant."""
