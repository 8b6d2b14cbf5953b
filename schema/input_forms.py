"""The forms that an argument's value must have, by stable code: a subgraph's errors name the expected one.

A subgraph's error names an argument by its path below the field (`filter.birthDateFrom`) and one of these codes, never
a value; the hub tells the client both in words of its own (docs/policy.md#rule-6, docs/attaques.md#attack-19).
"""

from __future__ import annotations

SHORTEST_PREFIX = 3
"""Fewest letters and digits of the beginning of a name that is searched for."""

FORMS = {
    "OBJECT": "un objet",
    "ENUM": "une valeur de l'énumération",
    "STRING": "un texte",
    "INT": "un entier",
    "FLOAT": "un nombre",
    "BOOLEAN": "vrai ou faux (true, false)",
    "DAYS": "un entier, entre les bornes que dit la description de l'argument",
    "DATE": "une date au format AAAA-MM-JJ",
    "INSTANT": "un instant ISO 8601 avec son décalage, par exemple 2026-01-31T09:00:00+00:00",
    "LIST": "une liste de 1 à 100 valeurs",
    "CRITERION": "un critère de cette liste",
    "PLACE": "« cityCode », ou « latitude » et « longitude »",
    "COMMUNE": "le code INSEE d'une commune que le hub situe ; sinon, donnez latitude et longitude",
    "RADIUS": "un entier de 1 à 100",
    "LATITUDE": "un nombre de -90 à 90",
    "LONGITUDE": "un nombre de -180 à 180",
    "PREFIX": f"le début d'un nom, {SHORTEST_PREFIX} lettres ou chiffres au moins",
    "NIR": "un NIR de 13 caractères, ou de 15 avec une clé juste",
    "IDENTIFIED": "un NIR, un identifiant ou les noms, avec la date de naissance",
    "NAMES": "un nom et un prénom, qui ont des lettres",
    "DOSSIER": "un matricule de 7 chiffres, avec son organisme et le rôle dans le dossier",
    "NUMBER": "un texte imprimable de 1 à 64 caractères",
    "PERSON": "l'« id » d'une personne",
    "ACTOR": "un acteur entier, « émetteur#sujet » (« iss » et « sub » de son jeton), ou « cli:nom » d'un exploitant",
    "SIRET": "un SIRET de 14 chiffres",
    "APPLICATION": "un nom d'application, sans espace",
    "PURPOSE": "un code de finalité",
    "KEY": "une clé d'idempotence de 8 à 64 caractères (lettres, chiffres, « - », « _ »), sans suite de 13 chiffres",
    "VERSION": "la version de l'élément, un entier positif",
    "APPOINTMENT_START": "un instant, de cinq ans dans le passé à deux ans dans l'avenir",
    "APPOINTMENT_MINUTES": "une durée de 5 à 1440 minutes",
    "CONTRACT_KIND": "CER ou CONTRAT_ENGAGEMENT",
    "CONTRACT_START": "une date, de 60 jours dans le passé à 180 jours dans l'avenir",
    "CONTRACT_LENGTH": "une date après le début du contrat, de 24 mois au plus",
    "CONTRACT_SIGNATURE": "la date de ce jour, ou d'un des 60 jours passés",
    "IMMERSION_LENGTH": "une date, du premier jour de l'immersion à 30 jours après lui",
    "NOTED": "la date de ce jour, ou d'un des 365 jours passés",
    "SOON": "une date, d'aujourd'hui à 90 jours dans l'avenir",
    "TODAY": "la date de ce jour, à Paris",
    "TRACE": "une trace de 32 chiffres hexadécimaux, en minuscules",
}
"""What is expected, in French, by code."""
