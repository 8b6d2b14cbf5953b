"""Enums of constraints, with the values of France Travail; `people` serves constraints and `offers` requires them."""

from enum import Enum

from schema.categories import Category
from subgraphs.kit.enums import choice, value


@choice("Thème d'une difficulté.")
class ConstraintTheme(Enum):
    MOBILITE = value("Mobilité.")
    FAMILLE = value("Famille et garde d'enfants.")
    LANGUE_CALCUL = value("Lecture, écriture, français, calcul.")
    LOGEMENT = value("Logement.")
    FINANCES = value("Finances.")
    ADMIN_JURIDIQUE = value("Démarches administratives et accès aux droits.")
    NUMERIQUE = value("Numérique.")
    INSERTION_COMMUNICATION = value("Lien social et communication.")
    SANTE = value("Santé.", Category.SAN)
    JUSTICE = value("Situation judiciaire.", Category.JUST)
    SEJOUR = value("Titre de séjour.", Category.SEJ)


@choice("État d'une difficulté (France Travail).")
class ConstraintState(Enum):
    NON_ABORDEE = value("Non abordée.")
    OUI = value("Présente.")
    CLOTUREE = value("Résolue.")
