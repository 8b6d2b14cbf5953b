"""Enums of the subgraph `appointments`, with the values of RDV-Insertion and France Travail."""

from schema.categories import Category
from subgraphs.kit.fields import Value, choice

MODE = choice(
    "AppointmentMode",
    "Modalité d'un rendez-vous (France Travail, modaliteContact).",
    {
        "PHYSIQUE": "Sur place.",
        "TELEPHONE": "Par téléphone.",
        "VISIO": "En visioconférence.",
        "DOMICILE": "Au domicile de la personne.",
    },
)
STATUS = choice(
    "AppointmentStatus",
    "Présence de la personne (RDV-Insertion : unknown, seen, excused, revoked, noshow).",
    {
        "INCONNU": "À venir ou non renseigné.",
        "VU": "La personne est venue.",
        "EXCUSE": "La personne s'est excusée.",
        "ANNULE": "Annulé par le service.",
        "ABSENT": Value("La personne n'est pas venue.", Category.ASSIDU),
    },
)
INITIATOR = choice(
    "AppointmentInitiator",
    "Qui a pris le rendez-vous (RDV-Insertion, created_by).",
    {
        "agent": "Un agent.",
        "user": "La personne.",
        "file_attente": "La file d'attente.",
        "prescripteur": "Un prescripteur.",
    },
)
MOTIVE_TYPE = choice(
    "MotiveType",
    "Type de motif (RDV-Insertion).",
    {
        "rsa_orientation": "Orientation RSA.",
        "rsa_accompagnement": "Accompagnement RSA.",
        "siae": "Insertion par l'activité économique.",
        "autre": "Autre.",
    },
)
MOTIVE_CATEGORY = choice(
    "MotiveCategory",
    "Catégorie de motif (RDV-Insertion, short_name).",
    {
        "AUTRE": "Autre motif, ou motif sans catégorie.",
        "rsa_orientation": "Orientation.",
        "rsa_orientation_france_travail": "Orientation avec France Travail.",
        "rsa_orientation_on_phone_platform": "Orientation par la plateforme téléphonique.",
        "rsa_orientation_coaching": "Orientation et accompagnement personnalisé.",
        "rsa_orientation_freelance": "Orientation des travailleurs indépendants.",
        "rsa_orientation_file_active": "Orientation de la file active.",
        "rsa_accompagnement": "Accompagnement.",
        "rsa_accompagnement_social": "Accompagnement social.",
        "rsa_accompagnement_sociopro": "Accompagnement socio-professionnel.",
        "rsa_accompagnement_moins_de_30_ans": "Accompagnement des moins de 30 ans.",
        "rsa_premier_rdv_daccompagnement": "Premier rendez-vous d'accompagnement.",
        "rsa_cer_signature": "Signature du CER.",
        "rsa_renouvellement_cer": "Renouvellement du CER.",
        "rsa_follow_up": "Suivi.",
        "rsa_suivi_plie": "Suivi par le PLIE.",
        "accompagnement_global": "Accompagnement global.",
        "rsa_insertion_offer": "Offre d'insertion.",
        "rsa_main_tendue": "Main tendue.",
        "rsa_atelier_collectif_mandatory": "Atelier collectif obligatoire.",
        "rsa_atelier_competences": "Atelier compétences.",
        "rsa_atelier_rencontres_pro": "Atelier rencontres professionnelles.",
        "rsa_spie": "Service public de l'insertion et de l'emploi.",
        "rsa_integration_information": "Information sur l'intégration.",
        "rsa_droits_devoirs": "Droits et devoirs.",
        "psychologue": Value("Psychologue.", Category.SAN),
        "atelier_enfants_ados": "Atelier enfants et adolescents.",
        "siae_interview": "Entretien d'embauche en structure d'insertion.",
        "siae_collective_information": "Information collective en structure d'insertion.",
        "siae_follow_up": "Suivi en structure d'insertion.",
    },
)
INVITATION_FORMAT = choice(
    "InvitationFormat",
    "Format d'une invitation (RDV-Insertion).",
    {"SMS": "Message court.", "EMAIL": "Courriel.", "POSTAL": "Courrier."},
)
DELIVERY_STATUS = choice(
    "DeliveryStatus",
    "Acheminement d'une invitation (RDV-Insertion, delivery_status).",
    {
        "delivered": "Remise.",
        "soft_bounce": "Refus temporaire.",
        "hard_bounce": "Refus définitif.",
        "blocked": "Bloquée.",
        "invalid_email": "Adresse invalide.",
        "error": "Erreur d'envoi.",
    },
)
ORGANISATION_TYPE = choice(
    "OrganisationType",
    "Type d'organisation (RDV-Insertion, organisation_type).",
    {
        "conseil_departemental": "Conseil départemental.",
        "delegataire_rsa": "Délégataire RSA.",
        "france_travail": "France Travail.",
        "siae": "Structure d'insertion par l'activité économique.",
        "autre": "Autre organisation.",
    },
)
