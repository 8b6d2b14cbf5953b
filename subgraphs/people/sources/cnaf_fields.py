"""What becomes of each field of the CNAF flux `vrsb0801`: what `cnaf_flux.xsd` keeps of it, and why not the rest."""

from __future__ import annotations

from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used

IDENTITY: Fields = {
    ("QUAL", "SEXE"): "Person.civility",
    "NOM": "Person.lastName",
    "NOMNAI": "Person.birthName",
    "PRENOM": "Person.firstName",
    "DTNAI": "Person.birthDate",
    "NIR": ("Person.nirLastDigits", Used.NIR),
    "TOPVALIEC": "Person.identityCertified",
    ("PRENOM2", "PRENOM3", "RGNAI", "TYPEDTNAI"): Unkept.NO_PURPOSE,
    "NOMCOMNAI": Unkept.SAID_BETTER,
}
RESOURCES: Fields = {
    "GeneraliteRessourcesTrimestre/": {
        ("TOPRESSNUL", "DFRESS"): "Resources.month Resources.band",
        "DDRESS": Unkept.SAID_BETTER,
    },
    "RessourcesMensuelles/": {
        "GeneraliteRessourcesMensuelles/": {"MOISRESS": "Resources.month", "NBHEUMENTRA": Unkept.REVEALING},
        "DetailRessourcesMensuelles/": {
            ("NATRESS", "MTNATRESSMEN"): "Resources.band Person.hasEarnedIncome",
            "ABANEU": Unkept.REVEALING,
        },
    },
}
PERSON: Fields = {
    "Identification/": IDENTITY,
    "DossierCAF/*": Unkept.NO_PURPOSE,
    "Prestations/": {
        "NATPREST": Used.SELECTION,
        "ROLEPERS": "SectorIdentifier.role Household.dependentChildren Household.partner",
        "TOPCHAPERS": Unkept.SAID_BETTER,
    },
    "Rattachement/*": Unkept.PROFESSIONAL,
    "DossierPoleEmploi/IDASSEDIC": "SectorIdentifier.value",
    "Ressources/": RESOURCES,
    "MontantCalculDroitRSAPersonne/": {
        "TOPPERSDRODEVORSA": "Rsa.rightsAndDuties",
        ("MTPERSABANEURSA", "MTPERSRESSMENRSA", "TOPPERSENTDRODEVORSA"): Unkept.REVEALING,
    },
    "Activite/": {
        "ACT": "Person.workSituation Allocations.are Allocations.ass",
        ("DDACT", "DFACT"): Used.SELECTION,
        ("REG", "NATCONTRTRA", "TOPCONDADMETI"): Unkept.REVEALING,
    },
    ("PensionAlimentaire/*", "Grossesse/*", "InformationsAgricoles/*"): Unkept.REVEALING,
    ("AvisPCGPersonne/*", "AvisCGSSDOMPersonne/*"): Unkept.REVEALING,
}
ADDRESS: Fields = {
    "TroncCommunAdresse/": {
        "RGADR": Used.SELECTION,
        ("DTEMM", "ETATADR", "PAYS", "TYPEADR"): Unkept.NO_PURPOSE,
    },
    "AdresseDetailleeFrance/": {
        ("NUMVOIE", "LIBTYPEVOIE", "NOMVOIE", "LIEUDIST"): "Address.street",
        "NUMCOM": "Address.cityCode",
        "CODEPOS": "Address.postalCode",
        "NOMCOM": "Address.city",
        ("COMPLADR", "COMPLIDEADR"): Unkept.NO_PURPOSE,
    },
    "AdresseHorsFrance/*": Unkept.NO_PURPOSE,
}
RIGHTS: Fields = {
    "EtatDossierRSA/ETATDOSRSA": "Rsa.status Person.isRsaBeneficiary",
    "Refus/*": Unkept.REVEALING,
    "SuspensionDroit/": {
        "DDSUSDRORSA": "Rsa.suspendedOn",
        "MOTISUSDRORSA": "Rsa.suspensionReason",
        "NATGROUPFSUS": Unkept.REVEALING,
    },
    "SuspensionVersement/": {"DDSUSVERSRSA": "Rsa.suspendedOn", "MOTISUSVERSRSA": "Rsa.suspensionReason"},
    ("FinDroit/*", "FinDroitMoisAnterieur/*"): Unkept.REVEALING,
}
FIELDS: Fields = {
    "IdentificationFlux/": {
        "DTREF": Used.AS_OF,
        ("APPLIEME", "NUMVERSIONAPPLIEME", "TYPEFLUX", "NATFLUX", "DTCREAFLUX", "HEUCREAFLUX"): Unkept.TECHNICAL,
    },
    "InfosFoyerRSA/": {
        "IdentificationRSA/": {
            "Organisme/": {
                ("FONORG", "NUMORG"): "SectorIdentifier.kind SectorIdentifier.organisation",
                "MATRICULE": ("SectorIdentifier.value", Used.RECORD),
            },
            "Partenaire/": {"IDEPARTE": Used.SCOPE, "TYPEPARTE": Unkept.TECHNICAL},
            "DemandeRSA/": {"DTDEMRSA": "Rsa.requestedOn", "NUMDEMRSA": "SectorIdentifier.requestNumber"},
            "DemandeRMI/*": Unkept.NO_PURPOSE,
            ("OrganismeCedant/*", "OrganismePrenant/*"): Unkept.NO_PURPOSE,
        },
        "Personne/": PERSON,
        "DonneesAdministratives/": {
            "SituationFamille/": {
                "SITFAM": "Household.familySituation",
                ("DDSITFAM", "REGAGRIFAM"): Unkept.REVEALING,
            },
            "Adresse/": ADDRESS,
        },
        "PrestationRSA/": {"SituationDossierRSA/": RIGHTS, "DetailDroitRSA/*": Unkept.REVEALING},
        ("Evenement/*", "Controle/*"): Unkept.REVEALING,
        "Anomalie/*": Unkept.TECHNICAL,
    },
    "TransmissionFlux/": {"NBTOTDOSRSATRANSM": Used.CHECK, "NBTOTDOSRSATRANSMANO": Unkept.TECHNICAL},
}
