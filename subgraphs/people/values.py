"""Enums of the subgraph `people`, with the values of their standards."""

from schema.categories import Category
from subgraphs.kit.fields import Value, choice

CIVILITY = choice("Civility", "Civilité.", {"MADAME": "Madame.", "MONSIEUR": "Monsieur."})
CONTACT_ORIGIN = choice(
    "ContactOrigin",
    "À qui le contact est rattaché.",
    {"PERSONNE": "À la personne.", "DOSSIER": "Au dossier, que le foyer partage."},
)
CONTACT_AUTHORISATION = choice(
    "ContactAuthorisation",
    "Autorisation d'usage des coordonnées (CNAF, AUTORUTIADRELEC et AUTORUTITEL).",
    {"A": "Autorisé.", "R": "Refusé.", "I": "Inconnu."},
)
RSA_STATUS = choice(
    "RsaStatus",
    "État du dossier RSA (CNAF, ETATDOSRSA de 0 à 6, dans l'ordre).",
    {
        "DEMANDE_EN_ATTENTE": "0, demande en attente.",
        "REFUSE": "1, refusé.",
        "DROIT_OUVERT_VERSABLE": "2, droit ouvert et versable.",
        "DROIT_OUVERT_ET_SUSPENDU": "3, droit ouvert et suspendu.",
        "DROIT_OUVERT_VERSEMENT_SUSPENDU": "4, droit ouvert, versement suspendu.",
        "CLOS": "5, clos.",
        "CLOS_ANTERIEUR": "6, clos sur un mois antérieur.",
    },
)
RESTRICTION_KIND = choice(
    "RestrictionKind",
    "Restriction demandée par la personne.",
    {"OPPOSITION": "Opposition (RGPD, article 21).", "LIMITATION": "Limitation (RGPD, article 18)."},
)
SUSPENSION_REASON = choice(
    "SuspensionReason",
    "Famille du motif de suspension du RSA.",
    {
        "RESSOURCES": "Ressources ou déclaration.",
        "SITUATION": "Changement de situation.",
        "AUTRE": "Autre motif, ou motif non précisé.",
        "SANTE": Value("Santé ou handicap.", Category.SAN),
        "SEJOUR": Value("Titre de séjour.", Category.SEJ),
        "JUSTICE": Value("Mesure de justice.", Category.JUST),
    },
)
INCOME_BAND = choice(
    "IncomeBand",
    "Tranche de ressources mensuelles, en euros.",
    {
        "AUCUNE": "Aucune ressource.",
        "MOINS_DE_500": "Moins de 500.",
        "DE_500_A_1000": "De 500 à moins de 1000.",
        "DE_1000_A_1500": "De 1000 à moins de 1500.",
        "AU_MOINS_1500": "1500 ou plus.",
    },
)
WORK_SITUATION = choice(
    "WorkSituation",
    "Situation professionnelle.",
    {
        "EN_EMPLOI": "En emploi.",
        "SANS_EMPLOI": "Sans emploi.",
        "EN_FORMATION": "En formation.",
        "IAE": "En insertion par l'activité économique.",
        "CREATION_ENTREPRISE": "En création d'entreprise.",
        "RETRAITE": "À la retraite.",
        "AUTRE": "Autre situation.",
        "MALADIE": Value("En arrêt de maladie.", Category.SAN),
        "INVALIDITE": Value("En invalidité.", Category.SAN),
    },
)
IDENTIFIER_KIND = choice(
    "IdentifierKind",
    "Système d'un identifiant.",
    {
        "CAF": "Caisse d'allocations familiales.",
        "MSA": "Mutualité sociale agricole.",
        "FRANCE_TRAVAIL": "France Travail, 8 ou 11 caractères.",
        "CD_INTERNE": "Conseil départemental.",
        "PASS_IAE": "PASS IAE, 12 chiffres.",
        "RDV_INSERTION": "RDV-Insertion.",
    },
)
DOSSIER_ROLE = choice(
    "DossierRole", "Rôle dans le dossier CAF ou MSA.", {"DEMANDEUR": "Demandeur.", "CONJOINT": "Conjoint."}
)
REGISTRATION_STATUS = choice(
    "RegistrationStatus",
    "État de l'inscription comme demandeur d'emploi.",
    {"INSCRIT": "Inscrit.", "NON_INSCRIT": "Non inscrit, quel que soit le motif."},
)
PATHWAY = choice(
    "Pathway",
    "Parcours d'orientation (C. trav. L.5411-5-1).",
    {"EMPLOI": "Parcours emploi.", "SOCIO_PRO": "Parcours socio-professionnel.", "SOCIAL": "Parcours social."},
)
CONTRACT_KIND = choice(
    "ContractKind",
    "Nature d'un contrat d'accompagnement.",
    {
        "CER": "Contrat d'engagements réciproques.",
        "PPAE": "Projet personnalisé d'accès à l'emploi.",
        "CEJ": "Contrat d'engagement jeune.",
        "PACEA": "Parcours contractualisé vers l'emploi et l'autonomie.",
        "CONTRAT_ENGAGEMENT": "Contrat d'engagement.",
    },
)
CONSTRAINT_IMPACT = choice(
    "ConstraintImpact",
    "Effet sur la recherche d'emploi (France Travail).",
    {"FAIBLE": "Faible.", "MOYEN": "Moyen.", "FORT": "Fort."},
)
