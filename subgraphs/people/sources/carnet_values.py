"""Lists of Carnet de bord → values of the hub (docs/domain.md#carnet-de-bord, docs/domain.md#crosswalks)."""

from __future__ import annotations

NAME = "carnet-de-bord"

RSA_STATUSES = {
    "rsa_demande_en_attente": "DEMANDE_EN_ATTENTE",
    "rsa_refuse": "REFUSE",
    "rsa_droit_ouvert_versable": "DROIT_OUVERT_VERSABLE",
    "rsa_droit_ouvert_et_suspendu": "DROIT_OUVERT_ET_SUSPENDU",
    "rsa_droit_ouvert_versement_suspendu": "DROIT_OUVERT_VERSEMENT_SUSPENDU",
    "rsa_clos": "CLOS",
    "rsa_clos_anterieur": "CLOS_ANTERIEUR",
}
WORK_SITUATIONS = {
    **dict.fromkeys(
        ("recherche_emploi", "recherche_formation", "recherche_alternance", "recherche_stage"), "SANS_EMPLOI"
    ),
    **dict.fromkeys(
        (
            *("emploi", "interim", "cdd", "cdi", "cdi_temps_plein", "cdi_temps_partiel", "cdd_temps_plein"),
            *("cdd_temps_partiel", "intermittent", "entrepreneur"),
        ),
        "EN_EMPLOI",
    ),
    **dict.fromkeys(("formation", "stage", "alternance", "etudiant", "scolarisé"), "EN_FORMATION"),
    "iae": "IAE",
    "projet_entrepreneurial": "CREATION_ENTREPRISE",
    "enretraite": "RETRAITE",
    "maladie": "MALADIE",
    "invalidite": "INVALIDITE",
    **dict.fromkeys(("construction_projet", "service_civique", "conge_parental", "au_foyer", "autre"), "AUTRE"),
}
"""Parental leave and the home, which tell of the family, are an ordinary situation."""
EDUCATION_LEVELS = {code: code for code in ("AFS", "CP4", "CFG", "C3A", "C12", "NV5", "NV4", "NV3", "NV2", "NV1")}
CONTRACTS = {"cer": "CER", "ppae": "PPAE", "cej": "CEJ", "pacea": "PACEA"}
NO_CONTRACT = "no"
DIFFICULTIES = {
    "mobilite": "MOBILITE",
    "contraintes_familiales": "FAMILLE",
    "sante": "SANTE",
    "maitrise_langue": "LANGUE_CALCUL",
    "logement": "LOGEMENT",
    "difficulte_financiere": "FINANCES",
    "difficulte_administrative": "ADMIN_JURIDIQUE",
    "numerique": "NUMERIQUE",
}
"""Themes of focuses that are difficulties; those of an objective besides are steps towards employment."""
THEMES = {
    **DIFFICULTIES,
    "emploi": "EMPLOI",
    "formation": "FORMATION",
    "choisir_un_metier": "CHOISIR_UN_METIER",
    "se_former": "SE_FORMER",
    "preparer_sa_candidature": "PREPARER_SA_CANDIDATURE",
    "trouver_un_emploi": "TROUVER_UN_EMPLOI",
    "creer_une_entreprise": "CREER_UNE_ENTREPRISE",
    "s_ouvrir_a_l_international": "S_OUVRIR_A_L_INTERNATIONAL",
}
PROGRESS = {
    "planned": "PREVU",
    "in_progress": "EN_COURS",
    "standby": "EN_PAUSE",
    "done": "REALISE",
    **dict.fromkeys(("abandonned", "abandoned"), "ABANDONNE"),
    **dict.fromkeys(("canceled", "cancelled"), "ANNULE"),
}
