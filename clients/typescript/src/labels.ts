// Made by `hub client typescript`: to change it, change the operations or the schema, and make it again.

/** The French words of each value of an enum, as the schema describes it. A value that a newer hub adds has none. */
export const LABELS = {
  "Civility": {
    "MADAME": "Madame",
    "MONSIEUR": "Monsieur"
  },
  "ConstraintImpact": {
    "FAIBLE": "Faible",
    "MOYEN": "Moyen",
    "FORT": "Fort"
  },
  "ConstraintState": {
    "NON_ABORDEE": "Non abordée",
    "OUI": "Présente",
    "CLOTUREE": "Résolue"
  },
  "ConstraintTheme": {
    "MOBILITE": "Mobilité",
    "FAMILLE": "Famille et garde d'enfants",
    "LANGUE_CALCUL": "Lecture, écriture, français, calcul",
    "LOGEMENT": "Logement",
    "FINANCES": "Finances",
    "ADMIN_JURIDIQUE": "Démarches administratives et accès aux droits",
    "NUMERIQUE": "Numérique",
    "INSERTION_COMMUNICATION": "Lien social et communication",
    "SANTE": "Santé",
    "JUSTICE": "Situation judiciaire",
    "SEJOUR": "Titre de séjour"
  },
  "ContractKind": {
    "CER": "Contrat d'engagements réciproques",
    "PPAE": "Projet personnalisé d'accès à l'emploi",
    "CEJ": "Contrat d'engagement jeune",
    "PACEA": "Parcours contractualisé vers l'emploi et l'autonomie",
    "CONTRAT_ENGAGEMENT": "Contrat d'engagement"
  },
  "DossierRole": {
    "DEMANDEUR": "Demandeur",
    "CONJOINT": "Conjoint"
  },
  "MatchOutcome": {
    "ONE": "Une personne",
    "NONE": "Aucune personne, parmi celles que l'acteur peut rapprocher",
    "SEVERAL": "Plusieurs personnes : à départager. Qui a la finalité « fiabilisation » les compare sur la page /matching",
    "CONFLICT": "Identifiants qui se contredisent. Qui a la finalité « fiabilisation » cherche sur la page /matching si c'est une personne en deux dossiers"
  },
  "NationalIdentifierKind": {
    "CAF": "Caisse d'allocations familiales",
    "MSA": "Mutualité sociale agricole",
    "FRANCE_TRAVAIL": "France Travail, 8 ou 11 caractères",
    "PASS_IAE": "PASS IAE, 12 chiffres"
  },
  "OrientationDecision": {
    "ACCEPTEE": "Acceptée",
    "REFUSEE": "Refusée ; le motif n'est pas repris"
  },
  "Pathway": {
    "EMPLOI": "Parcours emploi",
    "SOCIO_PRO": "Parcours socio-professionnel",
    "SOCIAL": "Parcours social"
  },
  "RsaStatus": {
    "DEMANDE_EN_ATTENTE": "0, demande en attente",
    "REFUSE": "1, refusé",
    "DROIT_OUVERT_VERSABLE": "2, droit ouvert et versable",
    "DROIT_OUVERT_ET_SUSPENDU": "3, droit ouvert et suspendu",
    "DROIT_OUVERT_VERSEMENT_SUSPENDU": "4, droit ouvert, versement suspendu",
    "CLOS": "5, clos",
    "CLOS_ANTERIEUR": "6, clos sur un mois antérieur"
  },
  "AppointmentMode": {
    "PHYSIQUE": "Sur place",
    "TELEPHONE": "Par téléphone",
    "VISIO": "En visioconférence",
    "DOMICILE": "Au domicile de la personne"
  },
  "AppointmentStatus": {
    "INCONNU": "À venir ou non renseigné",
    "VU": "La personne est venue",
    "EXCUSE": "La personne s'est excusée",
    "ANNULE": "Annulé par le service",
    "ABSENT": "La personne n'est pas venue"
  },
  "MotiveCategory": {
    "AUTRE": "Autre motif, ou motif sans catégorie",
    "rsa_orientation": "Orientation",
    "rsa_orientation_france_travail": "Orientation avec France Travail",
    "rsa_orientation_on_phone_platform": "Orientation par la plateforme téléphonique",
    "rsa_orientation_coaching": "Orientation et accompagnement personnalisé",
    "rsa_orientation_freelance": "Orientation des travailleurs indépendants",
    "rsa_orientation_file_active": "Orientation de la file active",
    "rsa_accompagnement": "Accompagnement",
    "rsa_accompagnement_social": "Accompagnement social",
    "rsa_accompagnement_sociopro": "Accompagnement socio-professionnel",
    "rsa_accompagnement_moins_de_30_ans": "Accompagnement des moins de 30 ans",
    "rsa_premier_rdv_daccompagnement": "Premier rendez-vous d'accompagnement",
    "rsa_cer_signature": "Signature du CER",
    "rsa_renouvellement_cer": "Renouvellement du CER",
    "rsa_follow_up": "Suivi",
    "rsa_suivi_plie": "Suivi par le PLIE",
    "accompagnement_global": "Accompagnement global",
    "rsa_insertion_offer": "Offre d'insertion",
    "rsa_main_tendue": "Main tendue",
    "rsa_atelier_collectif_mandatory": "Atelier collectif obligatoire",
    "rsa_atelier_competences": "Atelier compétences",
    "rsa_atelier_rencontres_pro": "Atelier rencontres professionnelles",
    "rsa_spie": "Service public de l'insertion et de l'emploi",
    "rsa_integration_information": "Information sur l'intégration",
    "rsa_droits_devoirs": "Droits et devoirs",
    "psychologue": "Psychologue",
    "atelier_enfants_ados": "Atelier enfants et adolescents",
    "siae_interview": "Entretien d'embauche en structure d'insertion",
    "siae_collective_information": "Information collective en structure d'insertion",
    "siae_follow_up": "Suivi en structure d'insertion"
  },
  "MotiveType": {
    "rsa_orientation": "Orientation RSA",
    "rsa_accompagnement": "Accompagnement RSA",
    "siae": "Insertion par l'activité économique",
    "autre": "Autre"
  },
  "CompanyKind": {
    "ACI": "Atelier et chantier d'insertion",
    "AI": "Association intermédiaire",
    "EA": "Entreprise adaptée",
    "EATT": "Entreprise adaptée de travail temporaire",
    "EI": "Entreprise d'insertion",
    "EITI": "Entreprise d'insertion par le travail indépendant",
    "ETTI": "Entreprise de travail temporaire d'insertion",
    "GEIQ": "Groupement d'employeurs pour l'insertion et la qualification",
    "OPCS": "Organisation porteuse de la clause sociale"
  },
  "ImmersionObjective": {
    "CONFIRMER_UN_PROJET_PROFESSIONNEL": "Confirmer un projet professionnel",
    "DECOUVRIR_UN_METIER": "Découvrir un métier ou un secteur d'activité",
    "INITIER_UN_RECRUTEMENT": "Initier une démarche de recrutement"
  },
  "ImmersionStatus": {
    "READY_TO_SIGN": "À signer",
    "PARTIALLY_SIGNED": "Signée en partie",
    "IN_REVIEW": "À l'étude",
    "REJECTED": "Refusée",
    "CANCELLED": "Annulée",
    "DEPRECATED": "Supprimée",
    "ACCEPTED_BY_COUNSELLOR": "Acceptée par le conseiller",
    "ACCEPTED_BY_VALIDATOR": "Validée"
  },
  "JobApplicationState": {
    "new": "Nouvelle",
    "processing": "À l'étude",
    "postponed": "En attente",
    "prior_to_hire": "Action préalable à l'embauche",
    "accepted": "Acceptée",
    "refused": "Refusée",
    "cancelled": "Embauche annulée",
    "obsolete": "Embauché ailleurs",
    "pool": "Vivier"
  },
  "ReferralStatus": {
    "MODERATION_EN_COURS": "Modération en cours",
    "MODERATION_REJETEE": "Modération rejetée",
    "OUVERTE": "Ouverte",
    "VALIDEE": "Validée",
    "REFUSEE": "Refusée",
    "EXPIREE": "Expirée"
  },
  "TransmissionReason": {
    "NOT_PERMITTED": "Depuis l'écriture, la personne s'est opposée, n'est plus suivie par l'auteur, ou la règle a changé : plus rien n'est envoyé",
    "INCOMPLETE": "Il manque au hub de quoi désigner la personne, ou l'élément, à ce système : plus rien n'est envoyé",
    "EXPIRED": "Ce système n'a pas répondu assez tôt : voyez chez lui si la demande y est, avant de la refaire",
    "REFUSED": "Ce système l'a refusé ; « systemCode » est le code qu'il en donne"
  },
  "TransmissionState": {
    "PENDING": "Écrit ici, pas encore transmis",
    "ACCEPTED": "Accepté par le système qui le tient",
    "REJECTED": "Refusé par ce système, ou plus envoyé ; une demande restée sans réponse a pu lui parvenir"
  },
  "PlacementStatus": {
    "PROPOSE": "Proposé",
    "INFO_COLLECTIVE": "Information collective",
    "RETENU": "Retenu",
    "REFUSE": "Refusé",
    "ABANDONNE": "Abandonné",
    "ENTRE": "Entré en formation",
    "TERMINE": "Terminé"
  },
  "WithdrawalKind": {
    "WITHDRAWN": "L'acteur n'en lit plus rien : lien fini, opposition, limitation, durée échue",
    "MERGED": "Ses dossiers sont désormais ceux de la personne `into`",
    "DELETED": "Le hub n'en tient plus rien"
  },
  "SubscriptionState": {
    "ACTIVE": "Il est notifié de chaque changement",
    "PAUSED": "L'exploitant du hub l'a mis en pause",
    "SUSPENDED": "Rien n'est envoyé : `reason` dit pourquoi",
    "ENDED": "Son terme est passé"
  }
} as const;
