"""Enums of the subgraph `offers`, with the values of DORA, Les emplois and Immersion facilitée."""

from subgraphs.kit.fields import choice

REFERRAL_STATUS = choice(
    "ReferralStatus",
    "État d'une orientation vers un service (DORA, sans les accents).",
    {
        "MODERATION_EN_COURS": "Modération en cours.",
        "MODERATION_REJETEE": "Modération rejetée.",
        "OUVERTE": "Ouverte.",
        "VALIDEE": "Validée.",
        "REFUSEE": "Refusée.",
        "EXPIREE": "Expirée.",
    },
)
COMPANY_KIND = choice(
    "CompanyKind",
    "Nature d'un employeur de l'inclusion (Emplois de l'inclusion).",
    {
        "ACI": "Atelier et chantier d'insertion.",
        "AI": "Association intermédiaire.",
        "EA": "Entreprise adaptée.",
        "EATT": "Entreprise adaptée de travail temporaire.",
        "EI": "Entreprise d'insertion.",
        "EITI": "Entreprise d'insertion par le travail indépendant.",
        "ETTI": "Entreprise de travail temporaire d'insertion.",
        "GEIQ": "Groupement d'employeurs pour l'insertion et la qualification.",
        "OPCS": "Organisation porteuse de la clause sociale.",
    },
)
APPLICATION_STATE = choice(
    "JobApplicationState",
    "État d'une candidature (Emplois de l'inclusion).",
    {
        "new": "Nouvelle.",
        "processing": "À l'étude.",
        "postponed": "En attente.",
        "prior_to_hire": "Action préalable à l'embauche.",
        "accepted": "Acceptée.",
        "refused": "Refusée.",
        "cancelled": "Embauche annulée.",
        "obsolete": "Embauché ailleurs.",
        "pool": "Vivier.",
    },
)
SENDER = choice(
    "SenderKind",
    "Émetteur d'une candidature (Emplois de l'inclusion).",
    {"job_seeker": "La personne.", "prescriber": "Un prescripteur.", "employer": "Un employeur."},
)
PASS_STATUS = choice(
    "PassIaeStatus",
    "État d'un PASS IAE (Emplois de l'inclusion).",
    {"EXPIRED": "Échu.", "VALID": "Valide.", "FUTURE": "À venir.", "SUSPENDED": "Suspendu."},
)
IMMERSION_STATUS = choice(
    "ImmersionStatus",
    "État d'une convention (Immersion facilitée).",
    {
        "READY_TO_SIGN": "À signer.",
        "PARTIALLY_SIGNED": "Signée en partie.",
        "IN_REVIEW": "À l'étude.",
        "REJECTED": "Refusée.",
        "CANCELLED": "Annulée.",
        "DEPRECATED": "Supprimée.",
        "ACCEPTED_BY_COUNSELLOR": "Acceptée par le conseiller.",
        "ACCEPTED_BY_VALIDATOR": "Validée.",
    },
)
OBJECTIVE = choice(
    "ImmersionObjective",
    "Objet d'une immersion (C. trav. L.5135-1).",
    {
        "CONFIRMER_UN_PROJET_PROFESSIONNEL": "Confirmer un projet professionnel.",
        "DECOUVRIR_UN_METIER": "Découvrir un métier ou un secteur d'activité.",
        "INITIER_UN_RECRUTEMENT": "Initier une démarche de recrutement.",
    },
)
ASSESSMENT = choice(
    "AssessmentStatus",
    "Bilan d'une immersion (Immersion facilitée).",
    {
        "COMPLETED": "Menée à son terme.",
        "PARTIALLY_COMPLETED": "Menée en partie.",
        "DID_NOT_SHOW": "Non suivie.",
    },
)
