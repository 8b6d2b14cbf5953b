"""Enums of the subgraph `trainings`, with the values of LHEO."""

from enum import Enum

from subgraphs.kit.enums import choice, value


@choice("État du recrutement d'une session (LHEO, etat-recrutement 1, 2, 3).")
class RecruitmentState(Enum):
    OUVERT = value("Ouvert.")
    FERME = value("Fermé.")
    SUSPENDU = value("Suspendu.")


@choice("Modalité d'enseignement (LHEO, modalites-enseignement 0, 1, 2).")
class TeachingMode(Enum):
    PRESENTIEL = value("En présentiel.")
    MIXTE = value("Mixte.")
    DISTANCE = value("À distance.")


@choice("État d'un positionnement (propre au hub).")
class PlacementStatus(Enum):
    PROPOSE = value("Proposé.")
    INFO_COLLECTIVE = value("Information collective.")
    RETENU = value("Retenu.")
    REFUSE = value("Refusé.")
    ABANDONNE = value("Abandonné.")
    ENTRE = value("Entré en formation.")
    TERMINE = value("Terminé.")
