"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from enum import StrEnum

from .models import OpenEnum


SCHEMA_VERSION = "1.0.0"
"""The version of the schema, and of the packages."""


class Decision(OpenEnum):
    """Décision sur un champ."""
    OPEN = "open"
    ALLOW = "allow"
    MASK = "mask"
    MATCH = "match"
    WRITE = "write"
    DENY = "deny"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"


class Reason(OpenEnum):
    """Pourquoi un champ est refusé, ou vide."""
    NOT_YOUR_ROW = "NOT_YOUR_ROW"
    FIELD_NOT_FOR_PURPOSE = "FIELD_NOT_FOR_PURPOSE"
    FIELD_NOT_FOR_ACTOR = "FIELD_NOT_FOR_ACTOR"
    FIELD_NOT_FOR_CLIENT = "FIELD_NOT_FOR_CLIENT"
    OPPOSITION = "OPPOSITION"
    RETENTION_ENDED = "RETENTION_ENDED"
    NOT_HELD = "NOT_HELD"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN_INPUT = "FORBIDDEN_INPUT"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"


class Purpose(StrEnum):
    """Finalité déclarée par une requête."""
    IDENTIFICATION = "identification"
    """Identifier la personne"""
    FIABILISATION = "fiabilisation"
    """Vérifier si deux dossiers sont ceux d'une même personne"""
    ORIENTATION = "orientation"
    """Orienter la personne"""
    DIAGNOSTIC = "diagnostic"
    """Établir le diagnostic de situation"""
    CONTRAT = "contrat"
    """Élaborer et actualiser le contrat d'engagement"""
    SUIVI = "suivi"
    """Suivre le parcours et assurer sa continuité"""
    ACTIONS = "actions"
    """Mettre en œuvre les actions d'accompagnement"""
    FORMATION = "formation"
    """Positionner sur une formation et la suivre"""
    IAE = "iae"
    """Insertion par l'activité économique"""
    PMSMP = "pmsmp"
    """Mise en situation en milieu professionnel"""
    DROITS = "droits"
    """Exercer les droits de la personne"""
    DEMANDE = "demande"
    """Instruire la demande d'une personne, sous un numéro de dossier"""
    STATISTIQUE = "statistique"
    """Produire des statistiques"""
    AUDIT = "audit"
    """Vérifier la licéité des accès"""
