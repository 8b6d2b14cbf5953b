"""Enums of the subgraph `appointments`, with the values of RDV-Insertion and France Travail."""

from enum import Enum

from schema.categories import Category
from subgraphs.kit.enums import choice, value


@choice("Modalité d'un rendez-vous (France Travail, modaliteContact).")
class AppointmentMode(Enum):
    PHYSIQUE = value("Sur place.")
    TELEPHONE = value("Par téléphone.")
    VISIO = value("En visioconférence.")
    DOMICILE = value("Au domicile de la personne.")


@choice("Présence de la personne (RDV-Insertion : unknown, seen, excused, revoked, noshow).")
class AppointmentStatus(Enum):
    INCONNU = value("À venir ou non renseigné.")
    VU = value("La personne est venue.")
    EXCUSE = value("La personne s'est excusée.")
    ANNULE = value("Annulé par le service.")
    ABSENT = value("La personne n'est pas venue.", Category.ASSIDU)


@choice("Qui a pris le rendez-vous (RDV-Insertion, created_by).")
class AppointmentInitiator(Enum):
    agent = value("Un agent.")
    user = value("La personne.")
    file_attente = value("La file d'attente.")
    prescripteur = value("Un prescripteur.")


@choice("Type de motif (RDV-Insertion).")
class MotiveType(Enum):
    rsa_orientation = value("Orientation RSA.")
    rsa_accompagnement = value("Accompagnement RSA.")
    siae = value("Insertion par l'activité économique.")
    autre = value("Autre.")


@choice("Catégorie de motif (RDV-Insertion, short_name).")
class MotiveCategory(Enum):
    AUTRE = value("Autre motif, ou motif sans catégorie.")
    rsa_orientation = value("Orientation.")
    rsa_orientation_france_travail = value("Orientation avec France Travail.")
    rsa_orientation_on_phone_platform = value("Orientation par la plateforme téléphonique.")
    rsa_orientation_coaching = value("Orientation et accompagnement personnalisé.")
    rsa_orientation_freelance = value("Orientation des travailleurs indépendants.")
    rsa_orientation_file_active = value("Orientation de la file active.")
    rsa_accompagnement = value("Accompagnement.")
    rsa_accompagnement_social = value("Accompagnement social.")
    rsa_accompagnement_sociopro = value("Accompagnement socio-professionnel.")
    rsa_accompagnement_moins_de_30_ans = value("Accompagnement des moins de 30 ans.")
    rsa_premier_rdv_daccompagnement = value("Premier rendez-vous d'accompagnement.")
    rsa_cer_signature = value("Signature du CER.")
    rsa_renouvellement_cer = value("Renouvellement du CER.")
    rsa_follow_up = value("Suivi.")
    rsa_suivi_plie = value("Suivi par le PLIE.")
    accompagnement_global = value("Accompagnement global.")
    rsa_insertion_offer = value("Offre d'insertion.")
    rsa_main_tendue = value("Main tendue.")
    rsa_atelier_collectif_mandatory = value("Atelier collectif obligatoire.")
    rsa_atelier_competences = value("Atelier compétences.")
    rsa_atelier_rencontres_pro = value("Atelier rencontres professionnelles.")
    rsa_spie = value("Service public de l'insertion et de l'emploi.")
    rsa_integration_information = value("Information sur l'intégration.")
    rsa_droits_devoirs = value("Droits et devoirs.")
    psychologue = value("Psychologue.", Category.SAN)
    atelier_enfants_ados = value("Atelier enfants et adolescents.")
    siae_interview = value("Entretien d'embauche en structure d'insertion.")
    siae_collective_information = value("Information collective en structure d'insertion.")
    siae_follow_up = value("Suivi en structure d'insertion.")


@choice("Format d'une invitation (RDV-Insertion).")
class InvitationFormat(Enum):
    SMS = value("Message court.")
    EMAIL = value("Courriel.")
    POSTAL = value("Courrier.")


@choice("Acheminement d'une invitation (RDV-Insertion, delivery_status).")
class DeliveryStatus(Enum):
    delivered = value("Remise.")
    soft_bounce = value("Refus temporaire.")
    hard_bounce = value("Refus définitif.")
    blocked = value("Bloquée.")
    invalid_email = value("Adresse invalide.")
    error = value("Erreur d'envoi.")


@choice("Type d'organisation (RDV-Insertion, organisation_type).")
class OrganisationType(Enum):
    conseil_departemental = value("Conseil départemental.")
    delegataire_rsa = value("Délégataire RSA.")
    france_travail = value("France Travail.")
    siae = value("Structure d'insertion par l'activité économique.")
    autre = value("Autre organisation.")
