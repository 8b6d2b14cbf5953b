"""Enums of constraints, with the values of France Travail: `people` serves them, `offers` reads them of it."""

from schema.categories import Category
from subgraphs.kit.fields import Value, choice

CONSTRAINT_THEME = choice(
    "ConstraintTheme",
    "Thème d'une difficulté.",
    {
        "MOBILITE": "Mobilité.",
        "FAMILLE": "Famille et garde d'enfants.",
        "LANGUE_CALCUL": "Lecture, écriture, français, calcul.",
        "LOGEMENT": "Logement.",
        "FINANCES": "Finances.",
        "ADMIN_JURIDIQUE": "Démarches administratives et accès aux droits.",
        "NUMERIQUE": "Numérique.",
        "INSERTION_COMMUNICATION": "Lien social et communication.",
        "SANTE": Value("Santé.", Category.SAN),
        "JUSTICE": Value("Situation judiciaire.", Category.JUST),
        "SEJOUR": Value("Titre de séjour.", Category.SEJ),
    },
)
CONSTRAINT_STATE = choice(
    "ConstraintState",
    "État d'une difficulté (France Travail).",
    {"NON_ABORDEE": "Non abordée.", "OUI": "Présente.", "CLOTUREE": "Résolue."},
)
