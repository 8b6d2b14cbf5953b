"""What becomes of each field of the answers of France Travail's API."""

from __future__ import annotations

from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used

IDENTITY: Fields = {
    "civilite": "Person.civility",
    "dateNaissance": ("Person.birthDate", Used.MATCH),
    "nir": Used.NIR,
    "nom": "Person.birthName",
    "nomCorrespondance": "Person.lastName",
    "prenom": "Person.firstName",
    "prenomCorrespondance": Unkept.SAID_BETTER,
}
ADDRESS: Fields = {
    "codeInseeCommune": "Address.cityCode",
    "codePostal": "Address.postalCode",
    "libelleCommune": "Address.city",
    "numeroTypeLibelleVoie": "Address.street",
    "indicateurResidentQPV": "Person.inPriorityDistrict",
    ("complementAdresse", "complementDestinataire", "complementDistribution"): Unkept.FREE_TEXT,
    "libellePays": Unkept.NO_PURPOSE,
}
REGISTRATION: Fields = {
    "m_statut": "JobSeekerRegistration.status Person.isJobSeeker",
    "m_date_effet_statut": "JobSeekerRegistration.registeredOn",
    "m_duree_inscription_12": "JobSeekerRegistration.monthsInLastYear",
    "m_duree_inscription_24": "JobSeekerRegistration.monthsInLastTwoYears",
    "m_duree_inscription_36": "JobSeekerRegistration.monthsInLastThreeYears",
    "m_categ_inscription_code": "JobSeekerRegistration.categoryCode",
    "m_categ_inscription_lib": Unkept.SAID_BETTER,
    ("m_motif_inscription_code", "m_motif_inscription_lib"): Unkept.NOT_UNDERSTOOD,
    ("m_situation_reg_emp_code", "m_situation_reg_emp_lib"): Unkept.NOT_UNDERSTOOD,
    ("m_motif_cloture_code", "m_motif_cloture_lib"): Unkept.REVEALING,
}
ORIENTATION: Fields = {
    "parcours": "Orientation.pathway",
    "organisme": Used.SELECTION,
    "structure.code_safir": ("Orientation.structure Person.referentOrganisation", Used.SCOPE),
    ("structure.code_aurore", "structure.libelle_structure"): Unkept.SAID_BETTER,
    "structure_decision.*": Unkept.SAID_BETTER,
    ("statut", "etat"): Used.SELECTION,
    "date_entree_parcours": "Orientation.startsOn",
    "date_sortie_parcours": "Orientation.endsOn",
    "motif_sortie_parcours": Unkept.FREE_TEXT,
    ("agent_creation", "agent_derniere_modification"): Unkept.PROFESSIONAL,
    ("date_creation", "date_modification", "..."): Unkept.TECHNICAL,
    "criteres_orientation.boe": "Disability.employmentObligation",
    "criteres_orientation.*": Unkept.REVEALING,
    "decision.etat_decision": "Orientation.decision",
    "decision.date_decision": "Orientation.decidedOn",
    "decision.agent_decision": Unkept.PROFESSIONAL,
    ("decision.motif_refus", "decision.commentaire_refus"): Unkept.FREE_TEXT,
}
CONSTRAINT: Fields = {
    "code": "Constraint.theme",
    "valeur": "Constraint.state Person.hasParticularDifficulties Person.healthToConsider",
    "impact": "Constraint.impact",
    "dateExploration": "Constraint.recordedOn",
    "libelle": Unkept.SAID_BETTER,
    "estPrioritaire": Unkept.NO_PURPOSE,
    ("situations.*", "objectifs.*"): Unkept.REVEALING,
}
DIAGNOSIS: Fields = {
    "besoinsParDiagnostic.diagnostic.": {
        "codeRome": "ProfessionalProject.romeCode Person.targetOccupations",
        "codeAppellation": Used.RECORD,
        "nomMetier": "ProfessionalProject.occupation",
        "statut": Used.SELECTION,
        "estPrioritaire": "ProfessionalProject.priority",
        ("idDiagnostic", "idMetierChiffre", "dateMiseAJour", "dateMiseAJourProjet"): Unkept.TECHNICAL,
        ("typologie", "codeTypologie", "codeSousTypologie", "estCreationPartenaire"): Unkept.NO_PURPOSE,
        "agent.*": Unkept.PROFESSIONAL,
    },
    "besoinsParDiagnostic.*": Unkept.NO_PURPOSE,
    ("thematiqueContrainte.contraintes.", "autonomieNumerique.contrainte."): CONSTRAINT,
    ("thematiqueContrainte.agent.*", "autonomieNumerique.agent.*"): Unkept.PROFESSIONAL,
    ("thematiqueContrainte.*", "autonomieNumerique.*"): Unkept.NO_PURPOSE,
    "pouvoirAgir.*": Unkept.REVEALING,
}
FIELDS: Fields = {
    "results.": {
        "numero": ("SectorIdentifier.value NationalIdentifier.value", Used.MATCH),
        "date_naissance": Used.CHECK,
        "lu_le": Used.AS_OF,
        "personne": Used.CHECK,
        "recherche": Used.SELECTION,
        "certifiee": "Person.identityCertified",
        "informations.numeroFranceTravail": Used.CHECK,
        "informations.etatCivil.": IDENTITY,
        "informations.adresses.": ADDRESS,
        "informations.emails.adresseEmail": "Contact.email",
        "informations.telephones.numeroTelephone": "Contact.phones",
        "contrat.m_contrat.": REGISTRATION,
        "rqth.dateDebutRqth": "Disability.rqthStartsOn",
        "rqth.dateFinRqth": "Disability.rqthEndsOn Person.hasRqth",
        "rqth.topValiditeRQTH": Used.SELECTION,
        "rqth.source": Unkept.TECHNICAL,
        "orientations.": ORIENTATION,
        "diagnostic.": DIAGNOSIS,
    }
}
