"""What becomes of each column of France Travail's extract."""

from __future__ import annotations

from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used

FIELDS: Fields = {
    "identifiant_unique_de": Used.RECORD,
    "civilite": "Person.civility",
    "nom": "Person.lastName",
    "prenom": "Person.firstName",
    "lieu_naissance": Unkept.SAID_BETTER,
    "code_lieu_naissance": "Person.birthCityCode Person.birthCountryCode",
    "date_naissance": "Person.birthDate",
    ("adresse_ligne2", "adresse_ligne3", "adresse_ligne4", "adresse_ligne5", "adresse_ligne6"): Unkept.SAID_BETTER,
    "departement": Used.SCOPE,
    "dr": Unkept.TECHNICAL,
    ("rome_1", "rome_2"): "ProfessionalProject.romeCode",
    ("appelation_rome_1", "appelation_rome_2"): "ProfessionalProject.occupation",
    ("mrech.axetravailprincipal", "mrech.axetravailsecondaire"): Unkept.NOT_SERVED_YET,
    "der_entretien_ppae": "Contract.signedOn",
    "der_entretien": "Constraint.recordedOn",
    "inscription": "JobSeekerRegistration.registeredOn JobSeekerRegistration.status",
    ("code_motif_inscription", "motif_inscription"): Unkept.NOT_UNDERSTOOD,
    "categorie_inscription": "JobSeekerRegistration.categoryCode",
    ("struct_principale", "struct_suivi"): Unkept.SAID_BETTER,
    "referent_civilite": Unkept.NO_PURPOSE,
    "referent_nom": "Agent.lastName",
    "referent_prenom": "Agent.firstName",
    "referent_mail": "Agent.email Referent.agent GroupMember.agent",
    "code_safir": ("Person.referentOrganisation Orientation.structure Referent.structure", Used.SCOPE),
    "modalite_accompagnement": "Orientation.pathway",
    "suivi_debut": "Orientation.startsOn Referent.since",
    "suivi_fin_prev": "Orientation.endsOn",
    (
        "dif_financiere",
        "dif_admin_jur",
        "dif_sante",
        "dif_logement",
        "dif_transport",
        "dif_inser_com",
        "dif_familiale",
    ): "Constraint.theme Constraint.state",
    "brsa": Unkept.SAID_BETTER,
}
