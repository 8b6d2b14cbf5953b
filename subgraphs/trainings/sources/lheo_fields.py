"""What becomes of each field of a catalogue in LHEO, below its root."""

from __future__ import annotations

from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used

ADDRESS: Fields = {
    "ville": "TrainingSession.city",
    "code-INSEE-commune": "TrainingSession.cityCode",
    ("geolocalisation/latitude", "geolocalisation/longitude"): "TrainingSessionEdge.distanceKm",
    ("ligne", "codepostal", "departement", "region", "pays", "@numero"): Unkept.NOT_SERVED_YET,
}
SESSION: Fields = {
    "@numero": ("TrainingSession.id TrainingPlacement.session", Used.RECORD),
    "periode/debut": "TrainingSession.startsOn",
    "periode/fin": "TrainingSession.endsOn",
    "etat-recrutement": "TrainingSession.recruitmentState",
    ("adresse-inscription*", "modalites-inscription", "periode-inscription*"): Unkept.NOT_SERVED_YET,
    ("date-limite-inscription", "@datemaj", "extras*"): Unkept.TECHNICAL,
}
ACTION: Fields = {
    "@numero": ("TrainingAction.id", Used.RECORD),
    "code-public-vise": "TrainingAction.publics",
    "modalites-enseignement": "TrainingAction.mode",
    "conditions-specifiques": "TrainingAction.prerequisites",
    "organisme-financeur/code-financeur": "TrainingAction.funders",
    "lieu-de-formation/coordonnees/adresse/": ADDRESS,
    "session/": SESSION,
    (
        "lieu-de-formation/*",
        "rythme-formation",
        "code-public-vise*",
        "niveau-entree-obligatoire",
    ): Unkept.NOT_SERVED_YET,
    ("modalites-alternance", "prise-en-charge-frais-possible", "modalites-entrees-sorties"): Unkept.NOT_SERVED_YET,
    ("url-action*", "hebergement", "duree-indicative", "acces-handicapes"): Unkept.NOT_SERVED_YET,
    ("organisme-financeur/*", "organisme-formateur*", "contact-*"): Unkept.PROFESSIONAL,
    ("extras*", "@datemaj"): Unkept.TECHNICAL,
}
PROVIDER: Fields = {
    "SIRET-organisme-formation/SIRET": "TrainingProvider.siret",
    "nom-organisme": ("TrainingProvider.name", Used.REVEALS),
    "numero-activite": "TrainingProvider.activityNumber",
    ("raison-sociale", "renseignements-specifiques", "potentiel*"): Unkept.NO_PURPOSE,
    ("coordonnees-organisme*", "contact-organisme*"): Unkept.PROFESSIONAL,
    ("extras*", "@numero"): Unkept.TECHNICAL,
}
FIELDS: Fields = {
    "offres/formation/": {
        "@numero": ("Training.id", Used.RECORD),
        "@datemaj": Used.AS_OF,
        "intitule-formation": "Training.title",
        "domaine-formation/code-FORMACODE": "Training.formacodes",
        "domaine-formation/code-ROME": "Training.romeCodes",
        ("domaine-formation/*", "parcours-de-formation", "url-formation*"): Unkept.NOT_SERVED_YET,
        "certification/code-RNCP": "Training.rncpCode",
        "certification/*": Unkept.NOT_SERVED_YET,
        "certifiante": "Training.certifying",
        "code-niveau-entree": "Training.entryLevel",
        "code-niveau-sortie": "Training.exitLevel",
        ("objectif-formation", "resultats-attendus", "contenu-formation"): Unkept.NOT_SERVED_YET,
        "contact-formation*": Unkept.PROFESSIONAL,
        "action/": ACTION,
        "organisme-formation-responsable/": PROVIDER,
        "extras*": Unkept.TECHNICAL,
    },
    ("@*", "offres/@*"): Unkept.TECHNICAL,
}
