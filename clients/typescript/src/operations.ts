// Made by `hub client typescript`: to change it, change the operations or the schema, and make it again.
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Membre du groupe de suivi d'une personne que l'agent accompagne. */
export type AddToFollowUpGroupInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne accompagnée. */
  person: string;
  /** Agent de votre organisme, par son identifiant du hub. */
  agent: string;
  /** Date du jour. */
  since: string;
};

/** Civilité. */
export type Civility =
  /** Madame. */
  | 'MADAME'
  /** Monsieur. */
  | 'MONSIEUR'
  | '%future added value';

/** Difficulté relevée avec la personne. */
export type CollectSocialSituationInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne accompagnée, ou à orienter. */
  person: string;
  /** Thème. */
  theme: ConstraintTheme;
  /** État. */
  state: ConstraintState;
  /** Effet sur la recherche d'emploi. */
  impact?: ConstraintImpact | null | undefined;
  /** Date du constat, d'un an au plus. */
  recordedOn: string;
};

/** Effet sur la recherche d'emploi (France Travail). */
export type ConstraintImpact =
  /** Faible. */
  | 'FAIBLE'
  /** Moyen. */
  | 'MOYEN'
  /** Fort. */
  | 'FORT'
  | '%future added value';

/** État d'une difficulté (France Travail). */
export type ConstraintState =
  /** Non abordée. */
  | 'NON_ABORDEE'
  /** Présente. */
  | 'OUI'
  /** Résolue. */
  | 'CLOTUREE'
  | '%future added value';

/** Thème d'une difficulté. */
export type ConstraintTheme =
  /** Mobilité. */
  | 'MOBILITE'
  /** Famille et garde d'enfants. */
  | 'FAMILLE'
  /** Lecture, écriture, français, calcul. */
  | 'LANGUE_CALCUL'
  /** Logement. */
  | 'LOGEMENT'
  /** Finances. */
  | 'FINANCES'
  /** Démarches administratives et accès aux droits. */
  | 'ADMIN_JURIDIQUE'
  /** Numérique. */
  | 'NUMERIQUE'
  /** Lien social et communication. */
  | 'INSERTION_COMMUNICATION'
  /** Santé. */
  | 'SANTE'
  /** Situation judiciaire. */
  | 'JUSTICE'
  /** Titre de séjour. */
  | 'SEJOUR'
  | '%future added value';

/** Nature d'un contrat d'accompagnement. */
export type ContractKind =
  /** Contrat d'engagements réciproques. */
  | 'CER'
  /** Projet personnalisé d'accès à l'emploi. */
  | 'PPAE'
  /** Contrat d'engagement jeune. */
  | 'CEJ'
  /** Parcours contractualisé vers l'emploi et l'autonomie. */
  | 'PACEA'
  /** Contrat d'engagement. */
  | 'CONTRAT_ENGAGEMENT'
  | '%future added value';

/** Décision d'orientation d'une personne du périmètre du département. */
export type DecideOrientationInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne à orienter. */
  person: string;
  /** Parcours. */
  pathway: Pathway;
  /** Premier jour, d'aujourd'hui à 90 jours. */
  startsOn: string;
  /** Structure qui accompagnera, par son identifiant dans l'offre. */
  structure: string;
};

/** Identifiant de la personne dans le système d'information d'un Conseil départemental. */
export type DepartmentIdentifierInput = {
  /** Code du département. */
  department: string;
  /** Valeur de l'identifiant. */
  value: string;
};

/** Rôle dans le dossier CAF ou MSA. */
export type DossierRole =
  /** Demandeur. */
  | 'DEMANDEUR'
  /** Conjoint. */
  | 'CONJOINT'
  | '%future added value';

/** Projet de contrat entre la personne et l'organisme de l'agent. */
export type DraftContractInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne qui s'engagera. */
  person: string;
  /** Nature : CER ou CONTRAT_ENGAGEMENT. */
  kind: ContractKind;
  /** Date de début. */
  startsOn: string;
  /** Date de fin, 24 mois au plus après le début. */
  endsOn: string;
};

/** Fin d'un membre du groupe de suivi. */
export type EndFollowUpInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Membre, ou référent, que le hub tient. */
  member: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** Date du jour, dès laquelle il ne voit plus rien. */
  endedOn: string;
};

/** Identifiant de la personne dans un système national. */
export type IdentifierInput = {
  /** Système de l'identifiant. */
  kind: NationalIdentifierKind;
  /** Valeur de l'identifiant. */
  value: string;
  /** Organisme gestionnaire, pour un matricule CAF ou MSA. */
  organisation?: string | null | undefined;
  /** Rôle dans le dossier, pour un matricule CAF ou MSA. */
  role?: DossierRole | null | undefined;
};

/** Identité à rapprocher : au moins un identifiant ou les noms, et la date de naissance. */
export type IdentityInput = {
  /** Date de naissance. */
  birthDate: string;
  /** NIR, de 13 caractères, ou 15 avec sa clé ; haché avant toute recherche, jamais conservé ni journalisé. */
  nir?: string | null | undefined;
  /** Identifiant dans un système national. */
  identifier?: IdentifierInput | null | undefined;
  /** Identifiant interne d'un Conseil départemental, pour qui peut lire les identifiants en entier. */
  departmentIdentifier?: DepartmentIdentifierInput | null | undefined;
  /** Nom et prénom, pour qui instruit la demande d'une personne sous un numéro de dossier ; deux homonymes nés le même jour donnent SEVERAL. */
  names?: NamesInput | null | undefined;
};

/** Issue d'un rapprochement (codes S001, S002, S003 de France Travail). */
export type MatchOutcome =
  /** Une personne. */
  | 'ONE'
  /** Aucune personne, parmi celles que l'acteur peut rapprocher. */
  | 'NONE'
  /** Plusieurs personnes : à départager. Qui a la finalité « fiabilisation » les compare sur la page /matching. */
  | 'SEVERAL'
  /** Identifiants qui se contredisent. Qui a la finalité « fiabilisation » cherche sur la page /matching si c'est une personne en deux dossiers. */
  | 'CONFLICT'
  | '%future added value';

/** Noms d'une personne, sans égard à la casse ni aux accents. */
export type NamesInput = {
  /** Nom d'usage ou de naissance. */
  lastName: string;
  /** Prénom. */
  firstName: string;
};

/** Système d'un identifiant par lequel une personne se rapproche. */
export type NationalIdentifierKind =
  /** Caisse d'allocations familiales. */
  | 'CAF'
  /** Mutualité sociale agricole. */
  | 'MSA'
  /** France Travail, 8 ou 11 caractères. */
  | 'FRANCE_TRAVAIL'
  /** PASS IAE, 12 chiffres. */
  | 'PASS_IAE'
  | '%future added value';

/** Décision de l'organisme sur une orientation (France Travail). */
export type OrientationDecision =
  /** Acceptée. */
  | 'ACCEPTEE'
  /** Refusée ; le motif n'est pas repris. */
  | 'REFUSEE'
  | '%future added value';

/** Critères de recherche d'orientations. */
export type OrientationFilter = {
  /** Parcours d'orientation. */
  pathway?: Pathway | null | undefined;
  /** Débute à partir de cette date, comprise. */
  startsFrom?: string | null | undefined;
  /** Débute jusqu'à cette date, comprise. */
  startsTo?: string | null | undefined;
  /** Décision de l'organisme. */
  decision?: OrientationDecision | null | undefined;
};

/** Parcours d'orientation (C. trav. L.5411-5-1). */
export type Pathway =
  /** Parcours emploi. */
  | 'EMPLOI'
  /** Parcours socio-professionnel. */
  | 'SOCIO_PRO'
  /** Parcours social. */
  | 'SOCIAL'
  | '%future added value';

/** Critères de recherche de personnes, comparés à l'identique, par intervalle ou par leur début. */
export type PersonFilter = {
  /** Nom d'usage ou de naissance, sans égard à la casse ni aux accents. */
  lastName?: string | null | undefined;
  /** Début du nom d'usage ou de naissance, de 3 lettres au moins, sans égard à la casse ni aux accents. */
  lastNamePrefix?: string | null | undefined;
  /** Né à partir de cette date, comprise. */
  birthDateFrom?: string | null | undefined;
  /** Né jusqu'à cette date, comprise. */
  birthDateTo?: string | null | undefined;
  /** Code INSEE de la commune de résidence. */
  cityCode?: string | null | undefined;
  /** État du dossier RSA. */
  rsaStatus?: RsaStatus | null | undefined;
};

/** Projet de contrat qui en suit un autre, de même nature et de la même personne. */
export type RenewContractInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Contrat à renouveler. */
  contract: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** Date de début. */
  startsOn: string;
  /** Date de fin, 24 mois au plus après le début. */
  endsOn: string;
};

/** État du dossier RSA (CNAF, ETATDOSRSA de 0 à 6, dans l'ordre). */
export type RsaStatus =
  /** 0, demande en attente. */
  | 'DEMANDE_EN_ATTENTE'
  /** 1, refusé. */
  | 'REFUSE'
  /** 2, droit ouvert et versable. */
  | 'DROIT_OUVERT_VERSABLE'
  /** 3, droit ouvert et suspendu. */
  | 'DROIT_OUVERT_ET_SUSPENDU'
  /** 4, droit ouvert, versement suspendu. */
  | 'DROIT_OUVERT_VERSEMENT_SUSPENDU'
  /** 5, clos. */
  | 'CLOS'
  /** 6, clos sur un mois antérieur. */
  | 'CLOS_ANTERIEUR'
  | '%future added value';

/** Ce que devient une difficulté relevée ici. */
export type SetDifficultyStateInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Difficulté. */
  difficulty: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** État. */
  state: ConstraintState;
  /** Date du constat, d'un an au plus. */
  recordedOn: string;
};

/** Référent d'une personne que l'agent accompagne. */
export type SetReferentInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne accompagnée. */
  person: string;
  /** Agent de votre organisme, par son identifiant du hub. */
  agent: string;
  /** Date du jour. */
  since: string;
};

/** Signature d'un contrat par l'organisme qui l'a préparé. */
export type SignContractInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Contrat. */
  contract: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** Date de la signature. */
  signedOn: string;
};

/** Signature d'un contrat par la personne, pour elle-même. */
export type SignOwnContractInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Contrat. */
  contract: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** Date du jour. */
  signedOn: string;
};

/** Critères de recherche de rendez-vous. */
export type AppointmentFilter = {
  /** Jour du rendez-vous, à l'heure de Paris. */
  day?: string | null | undefined;
  /** Débute à partir de cet instant, compris. */
  startsFrom?: string | null | undefined;
  /** Débute avant cet instant. */
  startsBefore?: string | null | undefined;
  /** Présence de la personne. */
  status?: AppointmentStatus | null | undefined;
  /** Organisation qui reçoit. */
  organisation?: string | null | undefined;
};

/** Modalité d'un rendez-vous (France Travail, modaliteContact). */
export type AppointmentMode =
  /** Sur place. */
  | 'PHYSIQUE'
  /** Par téléphone. */
  | 'TELEPHONE'
  /** En visioconférence. */
  | 'VISIO'
  /** Au domicile de la personne. */
  | 'DOMICILE'
  | '%future added value';

/** Présence de la personne (RDV-Insertion : unknown, seen, excused, revoked, noshow). */
export type AppointmentStatus =
  /** À venir ou non renseigné. */
  | 'INCONNU'
  /** La personne est venue. */
  | 'VU'
  /** La personne s'est excusée. */
  | 'EXCUSE'
  /** Annulé par le service. */
  | 'ANNULE'
  /** La personne n'est pas venue. */
  | 'ABSENT'
  | '%future added value';

/** Catégorie de motif (RDV-Insertion, short_name). */
export type MotiveCategory =
  /** Autre motif, ou motif sans catégorie. */
  | 'AUTRE'
  /** Orientation. */
  | 'rsa_orientation'
  /** Orientation avec France Travail. */
  | 'rsa_orientation_france_travail'
  /** Orientation par la plateforme téléphonique. */
  | 'rsa_orientation_on_phone_platform'
  /** Orientation et accompagnement personnalisé. */
  | 'rsa_orientation_coaching'
  /** Orientation des travailleurs indépendants. */
  | 'rsa_orientation_freelance'
  /** Orientation de la file active. */
  | 'rsa_orientation_file_active'
  /** Accompagnement. */
  | 'rsa_accompagnement'
  /** Accompagnement social. */
  | 'rsa_accompagnement_social'
  /** Accompagnement socio-professionnel. */
  | 'rsa_accompagnement_sociopro'
  /** Accompagnement des moins de 30 ans. */
  | 'rsa_accompagnement_moins_de_30_ans'
  /** Premier rendez-vous d'accompagnement. */
  | 'rsa_premier_rdv_daccompagnement'
  /** Signature du CER. */
  | 'rsa_cer_signature'
  /** Renouvellement du CER. */
  | 'rsa_renouvellement_cer'
  /** Suivi. */
  | 'rsa_follow_up'
  /** Suivi par le PLIE. */
  | 'rsa_suivi_plie'
  /** Accompagnement global. */
  | 'accompagnement_global'
  /** Offre d'insertion. */
  | 'rsa_insertion_offer'
  /** Main tendue. */
  | 'rsa_main_tendue'
  /** Atelier collectif obligatoire. */
  | 'rsa_atelier_collectif_mandatory'
  /** Atelier compétences. */
  | 'rsa_atelier_competences'
  /** Atelier rencontres professionnelles. */
  | 'rsa_atelier_rencontres_pro'
  /** Service public de l'insertion et de l'emploi. */
  | 'rsa_spie'
  /** Information sur l'intégration. */
  | 'rsa_integration_information'
  /** Droits et devoirs. */
  | 'rsa_droits_devoirs'
  /** Psychologue. */
  | 'psychologue'
  /** Atelier enfants et adolescents. */
  | 'atelier_enfants_ados'
  /** Entretien d'embauche en structure d'insertion. */
  | 'siae_interview'
  /** Information collective en structure d'insertion. */
  | 'siae_collective_information'
  /** Suivi en structure d'insertion. */
  | 'siae_follow_up'
  | '%future added value';

/** Type de motif (RDV-Insertion). */
export type MotiveType =
  /** Orientation RSA. */
  | 'rsa_orientation'
  /** Accompagnement RSA. */
  | 'rsa_accompagnement'
  /** Insertion par l'activité économique. */
  | 'siae'
  /** Autre. */
  | 'autre'
  | '%future added value';

/** Rendez-vous à enregistrer, de sa propre organisation. */
export type RecordAppointmentInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne qui a le rendez-vous. */
  person: string;
  /** Début. */
  startsAt: string;
  /** Durée prévue, en minutes. */
  durationMinutes?: number | null | undefined;
  /** Modalité. */
  mode?: AppointmentMode | null | undefined;
  /** Catégorie du motif. */
  motive?: MotiveCategory | null | undefined;
};

/** Présence de la personne à un rendez-vous enregistré ici. */
export type SetAppointmentStatusInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Rendez-vous. */
  appointment: string;
  /** Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit. */
  expectedVersion: number;
  /** Présence de la personne. */
  status: AppointmentStatus;
};

/** Candidature d'une personne auprès d'un employeur de l'inclusion. */
export type ApplyToJobInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne qui candidate. */
  person: string;
  /** Employeur, du catalogue. */
  company: string;
};

/** Nature d'un employeur de l'inclusion (Emplois de l'inclusion). */
export type CompanyKind =
  /** Atelier et chantier d'insertion. */
  | 'ACI'
  /** Association intermédiaire. */
  | 'AI'
  /** Entreprise adaptée. */
  | 'EA'
  /** Entreprise adaptée de travail temporaire. */
  | 'EATT'
  /** Entreprise d'insertion. */
  | 'EI'
  /** Entreprise d'insertion par le travail indépendant. */
  | 'EITI'
  /** Entreprise de travail temporaire d'insertion. */
  | 'ETTI'
  /** Groupement d'employeurs pour l'insertion et la qualification. */
  | 'GEIQ'
  /** Organisation porteuse de la clause sociale. */
  | 'OPCS'
  | '%future added value';

/** Objet d'une immersion (C. trav. L.5135-1). */
export type ImmersionObjective =
  /** Confirmer un projet professionnel. */
  | 'CONFIRMER_UN_PROJET_PROFESSIONNEL'
  /** Découvrir un métier ou un secteur d'activité. */
  | 'DECOUVRIR_UN_METIER'
  /** Initier une démarche de recrutement. */
  | 'INITIER_UN_RECRUTEMENT'
  | '%future added value';

/** État d'une convention (Immersion facilitée). */
export type ImmersionStatus =
  /** À signer. */
  | 'READY_TO_SIGN'
  /** Signée en partie. */
  | 'PARTIALLY_SIGNED'
  /** À l'étude. */
  | 'IN_REVIEW'
  /** Refusée. */
  | 'REJECTED'
  /** Annulée. */
  | 'CANCELLED'
  /** Supprimée. */
  | 'DEPRECATED'
  /** Acceptée par le conseiller. */
  | 'ACCEPTED_BY_COUNSELLOR'
  /** Validée. */
  | 'ACCEPTED_BY_VALIDATOR'
  | '%future added value';

/** État d'une candidature (Emplois de l'inclusion). */
export type JobApplicationState =
  /** Nouvelle. */
  | 'new'
  /** À l'étude. */
  | 'processing'
  /** En attente. */
  | 'postponed'
  /** Action préalable à l'embauche. */
  | 'prior_to_hire'
  /** Acceptée. */
  | 'accepted'
  /** Refusée. */
  | 'refused'
  /** Embauche annulée. */
  | 'cancelled'
  /** Embauché ailleurs. */
  | 'obsolete'
  /** Vivier. */
  | 'pool'
  | '%future added value';

/** Lieu de recherche : une commune, ou des coordonnées. */
export type NearInput = {
  /** Code INSEE de la commune, à défaut de coordonnées. */
  cityCode?: string | null | undefined;
  /** Latitude, en degrés décimaux. */
  latitude?: number | null | undefined;
  /** Longitude, en degrés décimaux. */
  longitude?: number | null | undefined;
  /** Rayon, en kilomètres, de 1 à 100. */
  radiusKm?: number | null | undefined;
};

/** Proposition d'une immersion dans une entreprise. */
export type ProposeImmersionInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne à qui l'immersion est proposée. */
  person: string;
  /** Offre d'immersion, du catalogue. */
  offer: string;
  /** Objet (C. trav. L.5135-1). */
  objective: ImmersionObjective;
  /** Premier jour, d'aujourd'hui à 90 jours. */
  startsOn: string;
  /** Dernier jour, 30 jours au plus après le premier. */
  endsOn: string;
};

/** Orientation d'une personne vers un service. */
export type ReferToServiceInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne qui est orientée. */
  person: string;
  /** Service vers lequel elle l'est, du catalogue. */
  service: string;
};

/** État d'une orientation vers un service (DORA, sans les accents). */
export type ReferralStatus =
  /** Modération en cours. */
  | 'MODERATION_EN_COURS'
  /** Modération rejetée. */
  | 'MODERATION_REJETEE'
  /** Ouverte. */
  | 'OUVERTE'
  /** Validée. */
  | 'VALIDEE'
  /** Refusée. */
  | 'REFUSEE'
  /** Expirée. */
  | 'EXPIREE'
  | '%future added value';

/** Critères de recherche de services ; chaque liste admet un service qui en porte une valeur. */
export type ServiceFilter = {
  /** Thématiques ou catégories de thématiques, codes de data.inclusion. */
  thematics?: Array<string> | null | undefined;
  /** Types de service, codes de data.inclusion. */
  types?: Array<string> | null | undefined;
  /** Publics, codes de data.inclusion. */
  publics?: Array<string> | null | undefined;
  /** Frais, codes de data.inclusion. */
  fees?: Array<string> | null | undefined;
};

/** Pourquoi un élément n'a pas été transmis, ou a été refusé. */
export type TransmissionReason =
  /** Depuis l'écriture, la personne s'est opposée, n'est plus suivie par l'auteur, ou la règle a changé : plus rien n'est envoyé. */
  | 'NOT_PERMITTED'
  /** Il manque au hub de quoi désigner la personne, ou l'élément, à ce système : plus rien n'est envoyé. */
  | 'INCOMPLETE'
  /** Ce système n'a pas répondu assez tôt : voyez chez lui si la demande y est, avant de la refaire. */
  | 'EXPIRED'
  /** Ce système l'a refusé ; « systemCode » est le code qu'il en donne. */
  | 'REFUSED'
  | '%future added value';

/** État de la transmission d'un élément au système qui le tient. */
export type TransmissionState =
  /** Écrit ici, pas encore transmis. */
  | 'PENDING'
  /** Accepté par le système qui le tient. */
  | 'ACCEPTED'
  /** Refusé par ce système, ou plus envoyé ; une demande restée sans réponse a pu lui parvenir. */
  | 'REJECTED'
  | '%future added value';

/** Positionnement d'une personne sur une session de formation. */
export type PlaceInTrainingInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Personne qui est positionnée. */
  person: string;
  /** Session, du catalogue. */
  session: string;
};

/** État d'un positionnement (propre au hub). */
export type PlacementStatus =
  /** Proposé. */
  | 'PROPOSE'
  /** Information collective. */
  | 'INFO_COLLECTIVE'
  /** Retenu. */
  | 'RETENU'
  /** Refusé. */
  | 'REFUSE'
  /** Abandonné. */
  | 'ABANDONNE'
  /** Entré en formation. */
  | 'ENTRE'
  /** Terminé. */
  | 'TERMINE'
  | '%future added value';

/** Pourquoi une personne sort de la copie que tient le client. */
export type WithdrawalKind =
  /** L'acteur n'en lit plus rien : lien fini, opposition, limitation, durée échue. */
  | 'WITHDRAWN'
  /** Ses dossiers sont désormais ceux de la personne `into`. */
  | 'MERGED'
  /** Le hub n'en tient plus rien. */
  | 'DELETED'
  | '%future added value';

/** Abonnement à faire, sous la finalité de la requête. */
export type SubscribeToChangesInput = {
  /** Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite. */
  idempotencyKey: string;
  /** Adresse https d'un serveur public, qui reçoit les notifications. */
  url: string;
  /** Requête dont les changements sont signalés : son seul champ racine est `changes`. */
  query: string;
  /** Durée, de 1 à 366 jours, dans celle de l'habilitation. */
  days?: number;
};

/** Où en est un abonnement. */
export type SubscriptionState =
  /** Il est notifié de chaque changement. */
  | 'ACTIVE'
  /** L'exploitant du hub l'a mis en pause. */
  | 'PAUSED'
  /** Rien n'est envoyé : `reason` dit pourquoi. */
  | 'SUSPENDED'
  /** Son terme est passé. */
  | 'ENDED'
  | '%future added value';

export type AddToFollowUpGroupMutationVariables = Exact<{
  input: AddToFollowUpGroupInput;
}>;


export type AddToFollowUpGroupMutation = { addToFollowUpGroup: { id: string, version: number | null, since: string | null, agent: { id: string } | null } | null };

export type AgendaQueryVariables = Exact<{
  day: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AgendaQuery = { appointments: { nodes: Array<{ id: string, startsAt: string | null, durationMinutes: number | null, mode: AppointmentMode | null, status: AppointmentStatus | null, motive: { category: MotiveCategory | null, type: MotiveType | null } | null, organisation: { name: string | null } | null, person: { id: string, firstName: string | null, lastName: string | null, contact: { phones: Array<string> | null, email: string | null } | null, contracts: Array<{ kind: ContractKind | null, endsOn: string | null }> | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ApplyToJobMutationVariables = Exact<{
  input: ApplyToJobInput;
}>;


export type ApplyToJobMutation = { applyToJob: { id: string, state: JobApplicationState | null, createdAt: string | null, transmission: { state: TransmissionState | null, since: string | null, reason: TransmissionReason | null, systemCode: string | null } | null } | null };

export type AppointmentsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: AppointmentFilter | null | undefined;
}>;


export type AppointmentsQuery = { appointments: { nodes: Array<{ id: string, startsAt: string | null, durationMinutes: number | null, mode: AppointmentMode | null, status: AppointmentStatus | null, motive: { category: MotiveCategory | null } | null, organisation: { name: string | null } | null, person: { id: string } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ChangesQueryVariables = Exact<{
  since?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type ChangesQuery = { changes: { nodes: Array<{ id: string, civility: Civility | null, firstName: string | null, lastName: string | null, birthDate: string | null, birthYear: number | null, contact: { email: string | null, phones: Array<string> | null, address: { postalCode: string | null, city: string | null, cityCode: string | null } | null } | null, rsa: { status: RsaStatus | null, rightsAndDutiesSince: string | null } | null, orientations: Array<{ id: string, pathway: Pathway | null, startsOn: string | null, endsOn: string | null }> | null }> | null, withdrawn: Array<{ id: string, kind: WithdrawalKind, into: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CollectSocialSituationMutationVariables = Exact<{
  input: CollectSocialSituationInput;
}>;


export type CollectSocialSituationMutation = { collectSocialSituation: { id: string, version: number | null, theme: ConstraintTheme | null, state: ConstraintState | null, impact: ConstraintImpact | null, recordedOn: string | null } | null };

export type DecideOrientationMutationVariables = Exact<{
  input: DecideOrientationInput;
}>;


export type DecideOrientationMutation = { decideOrientation: { id: string, pathway: Pathway | null, startsOn: string | null, structure: { id: string } | null } | null };

export type DraftContractMutationVariables = Exact<{
  input: DraftContractInput;
}>;


export type DraftContractMutation = { draftContract: { id: string, version: number | null, kind: ContractKind | null, startsOn: string | null, endsOn: string | null, signedOn: string | null } | null };

export type EndFollowUpMutationVariables = Exact<{
  input: EndFollowUpInput;
}>;


export type EndFollowUpMutation = { endFollowUp: { id: string, version: number | null, endedOn: string | null } | null };

export type EndSubscriptionMutationVariables = Exact<{
  id: string;
}>;


export type EndSubscriptionMutation = { endSubscription: string | null };

export type FindPersonQueryVariables = Exact<{
  identity: IdentityInput;
}>;


export type FindPersonQuery = { findPerson: { outcome: MatchOutcome | null, person: { id: string, firstName: string | null, lastName: string | null, birthDate: string | null } | null } | null };

export type JourneyQueryVariables = Exact<{
  id: string;
}>;


export type JourneyQuery = { person: { id: string, firstName: string | null, lastName: string | null, birthDate: string | null, contact: { email: string | null, phones: Array<string> | null, address: { postalCode: string | null, city: string | null, cityCode: string | null } | null } | null, rsa: { status: RsaStatus | null, rightsAndDutiesSince: string | null } | null, referent: { since: string | null, agent: { firstName: string | null, lastName: string | null } | null, structure: { name: string | null } | null } | null, constraints: Array<{ theme: ConstraintTheme | null, state: ConstraintState | null, impact: ConstraintImpact | null }> | null, contracts: Array<{ kind: ContractKind | null, signedOn: string | null, endsOn: string | null }> | null, orientations: Array<{ pathway: Pathway | null, startsOn: string | null, structure: { name: string | null } | null }> | null, appointments: { nodes: Array<{ startsAt: string | null, mode: AppointmentMode | null, status: AppointmentStatus | null, motive: { category: MotiveCategory | null } | null, organisation: { name: string | null } | null }> | null } | null, referrals: { nodes: Array<{ status: ReferralStatus | null, sentOn: string | null, service: { name: string | null, structure: { name: string | null, siret: string | null } | null } | null }> | null } | null, jobApplications: { nodes: Array<{ state: JobApplicationState | null, company: { name: string | null, kind: CompanyKind | null } | null }> | null } | null, immersions: { nodes: Array<{ status: ImmersionStatus | null, startsOn: string | null, endsOn: string | null }> | null } | null, trainingPlacements: { nodes: Array<{ status: PlacementStatus | null, session: { startsOn: string | null, training: { title: string | null } | null } | null }> | null } | null, suggestedServices: { nodes: Array<{ name: string | null, thematics: Array<string> | null, distanceKm: number | null, structure: { name: string | null } | null }> | null } | null } | null };

export type JourneyRisksQueryVariables = Exact<{ [key: string]: never; }>;


export type JourneyRisksQuery = { repeatedAbsences: { nodes: Array<{ id: string, day: string | null, person: { id: string, firstName: string | null, lastName: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, lostContacts: { nodes: Array<{ id: string, day: string | null, status: AppointmentStatus | null, person: { id: string, firstName: string | null, lastName: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, endingContracts: { nodes: Array<{ id: string, kind: ContractKind | null, endsOn: string | null, person: { id: string, firstName: string | null, lastName: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, conflictingOrientations: { nodes: Array<{ id: string, pathway: Pathway | null, startsOn: string | null, provenance: { source: string | null } | null, person: { id: string, firstName: string | null, lastName: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, abandonedTrainings: { nodes: Array<{ id: string, endedOn: string | null, session: { training: { title: string | null } | null } | null, person: { id: string, firstName: string | null, lastName: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type OrientationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: OrientationFilter | null | undefined;
}>;


export type OrientationsQuery = { orientations: { nodes: Array<{ id: string, pathway: Pathway | null, startsOn: string | null, endsOn: string | null, decision: OrientationDecision | null, structure: { name: string | null } | null, person: { id: string } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type PersonsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: PersonFilter | null | undefined;
}>;


export type PersonsQuery = { persons: { nodes: Array<{ id: string, civility: Civility | null, firstName: string | null, lastName: string | null, birthDate: string | null, birthYear: number | null, contact: { email: string | null, phones: Array<string> | null, address: { postalCode: string | null, city: string | null, cityCode: string | null } | null } | null, rsa: { status: RsaStatus | null, rightsAndDutiesSince: string | null } | null, orientations: Array<{ id: string, pathway: Pathway | null, startsOn: string | null, endsOn: string | null }> | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type PlaceInTrainingMutationVariables = Exact<{
  input: PlaceInTrainingInput;
}>;


export type PlaceInTrainingMutation = { placeInTraining: { id: string, status: PlacementStatus | null, transmission: { state: TransmissionState | null, since: string | null, reason: TransmissionReason | null, systemCode: string | null } | null } | null };

export type ProposeImmersionMutationVariables = Exact<{
  input: ProposeImmersionInput;
}>;


export type ProposeImmersionMutation = { proposeImmersion: { id: string, status: ImmersionStatus | null, startsOn: string | null, endsOn: string | null, transmission: { state: TransmissionState | null, since: string | null, reason: TransmissionReason | null, systemCode: string | null } | null } | null };

export type RecordAppointmentMutationVariables = Exact<{
  input: RecordAppointmentInput;
}>;


export type RecordAppointmentMutation = { recordAppointment: { id: string, version: number | null, startsAt: string | null, durationMinutes: number | null, mode: AppointmentMode | null, motive: { category: MotiveCategory | null } | null } | null };

export type ReferToServiceMutationVariables = Exact<{
  input: ReferToServiceInput;
}>;


export type ReferToServiceMutation = { referToService: { id: string, status: ReferralStatus | null, sentOn: string | null, transmission: { state: TransmissionState | null, since: string | null, reason: TransmissionReason | null, systemCode: string | null } | null } | null };

export type RenewContractMutationVariables = Exact<{
  input: RenewContractInput;
}>;


export type RenewContractMutation = { renewContract: { id: string, version: number | null, kind: ContractKind | null, startsOn: string | null, endsOn: string | null, renews: string | null } | null };

export type ServicesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ServiceFilter | null | undefined;
  near?: NearInput | null | undefined;
}>;


export type ServicesQuery = { services: { nodes: Array<{ id: string, name: string | null, thematics: Array<string> | null, structure: { name: string | null, siret: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SetAppointmentStatusMutationVariables = Exact<{
  input: SetAppointmentStatusInput;
}>;


export type SetAppointmentStatusMutation = { setAppointmentStatus: { id: string, version: number | null, status: AppointmentStatus | null } | null };

export type SetDifficultyStateMutationVariables = Exact<{
  input: SetDifficultyStateInput;
}>;


export type SetDifficultyStateMutation = { setDifficultyState: { id: string, version: number | null, state: ConstraintState | null, recordedOn: string | null } | null };

export type SetReferentMutationVariables = Exact<{
  input: SetReferentInput;
}>;


export type SetReferentMutation = { setReferent: { id: string, version: number | null, since: string | null, agent: { id: string } | null } | null };

export type SignContractMutationVariables = Exact<{
  input: SignContractInput;
}>;


export type SignContractMutation = { signContract: { id: string, version: number | null, organisationSignedOn: string | null, personSignedOn: string | null, signedOn: string | null } | null };

export type SignOwnContractMutationVariables = Exact<{
  input: SignOwnContractInput;
}>;


export type SignOwnContractMutation = { signOwnContract: { id: string, version: number | null, organisationSignedOn: string | null, personSignedOn: string | null, signedOn: string | null } | null };

export type SubscribeToChangesMutationVariables = Exact<{
  input: SubscribeToChangesInput;
}>;


export type SubscribeToChangesMutation = { subscribeToChanges: { secret: string | null, subscription: { id: string, host: string, purpose: string, state: SubscriptionState, reason: string | null, endsAt: string, lastSuccessAt: string | null } } | null };

export type SubscriptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SubscriptionsQuery = { subscriptions: Array<{ id: string, host: string, purpose: string, state: SubscriptionState, reason: string | null, endsAt: string, lastSuccessAt: string | null }> | null };

export type ListedAppointmentFragment = { id: string, startsAt: string | null, durationMinutes: number | null, mode: AppointmentMode | null, status: AppointmentStatus | null, motive: { category: MotiveCategory | null } | null, organisation: { name: string | null } | null, person: { id: string } | null };

export type ListedOrientationFragment = { id: string, pathway: Pathway | null, startsOn: string | null, endsOn: string | null, decision: OrientationDecision | null, structure: { name: string | null } | null, person: { id: string } | null };

export type ListedPersonFragment = { id: string, civility: Civility | null, firstName: string | null, lastName: string | null, birthDate: string | null, birthYear: number | null, contact: { email: string | null, phones: Array<string> | null, address: { postalCode: string | null, city: string | null, cityCode: string | null } | null } | null, rsa: { status: RsaStatus | null, rightsAndDutiesSince: string | null } | null, orientations: Array<{ id: string, pathway: Pathway | null, startsOn: string | null, endsOn: string | null }> | null };

export type ListedServiceFragment = { id: string, name: string | null, thematics: Array<string> | null, structure: { name: string | null, siret: string | null } | null };

export type OwnSubscriptionFragment = { id: string, host: string, purpose: string, state: SubscriptionState, reason: string | null, endsAt: string, lastSuccessAt: string | null };

export type PageBoundsFragment = { hasNextPage: boolean, endCursor: string | null };

export type SentFragment = { state: TransmissionState | null, since: string | null, reason: TransmissionReason | null, systemCode: string | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ListedAppointmentFragmentDoc = new TypedDocumentString(`
    fragment ListedAppointment on Appointment {
  id
  startsAt
  durationMinutes
  mode
  status
  motive {
    category
  }
  organisation {
    name
  }
  person {
    id
  }
}
    `, {"fragmentName":"ListedAppointment"}) as unknown as TypedDocumentString<ListedAppointmentFragment, unknown>;
export const ListedOrientationFragmentDoc = new TypedDocumentString(`
    fragment ListedOrientation on Orientation {
  id
  pathway
  startsOn
  endsOn
  decision
  structure {
    name
  }
  person {
    id
  }
}
    `, {"fragmentName":"ListedOrientation"}) as unknown as TypedDocumentString<ListedOrientationFragment, unknown>;
export const ListedPersonFragmentDoc = new TypedDocumentString(`
    fragment ListedPerson on Person {
  id
  civility
  firstName
  lastName
  birthDate
  birthYear
  contact {
    email
    phones
    address {
      postalCode
      city
      cityCode
    }
  }
  rsa {
    status
    rightsAndDutiesSince
  }
  orientations {
    id
    pathway
    startsOn
    endsOn
  }
}
    `, {"fragmentName":"ListedPerson"}) as unknown as TypedDocumentString<ListedPersonFragment, unknown>;
export const ListedServiceFragmentDoc = new TypedDocumentString(`
    fragment ListedService on Service {
  id
  name
  thematics
  structure {
    name
    siret
  }
}
    `, {"fragmentName":"ListedService"}) as unknown as TypedDocumentString<ListedServiceFragment, unknown>;
export const OwnSubscriptionFragmentDoc = new TypedDocumentString(`
    fragment OwnSubscription on ChangeSubscription {
  id
  host
  purpose
  state
  reason
  endsAt
  lastSuccessAt
}
    `, {"fragmentName":"OwnSubscription"}) as unknown as TypedDocumentString<OwnSubscriptionFragment, unknown>;
export const PageBoundsFragmentDoc = new TypedDocumentString(`
    fragment PageBounds on PageInfo {
  hasNextPage
  endCursor
}
    `, {"fragmentName":"PageBounds"}) as unknown as TypedDocumentString<PageBoundsFragment, unknown>;
export const SentFragmentDoc = new TypedDocumentString(`
    fragment Sent on Transmission {
  state
  since
  reason
  systemCode
}
    `, {"fragmentName":"Sent"}) as unknown as TypedDocumentString<SentFragment, unknown>;
export const AddToFollowUpGroupDocument = {"__meta__":{"hash":"sha256:8ded5539e1a1a16a3fc595de6d213e306ad86d1e2e9ea0d8d23e1749c5837535"}} as unknown as TypedDocumentString<AddToFollowUpGroupMutation, AddToFollowUpGroupMutationVariables>;
export const AgendaDocument = {"__meta__":{"hash":"sha256:7ec907950401bb8b97e75582d7741f82b3ed64aec2de40aa2fc9547ffe4f23b3"}} as unknown as TypedDocumentString<AgendaQuery, AgendaQueryVariables>;
export const ApplyToJobDocument = {"__meta__":{"hash":"sha256:73f3571b6a3d0b3d023db0287e1ce7e088da98eb5576a86b8941a9a5838c82a7"}} as unknown as TypedDocumentString<ApplyToJobMutation, ApplyToJobMutationVariables>;
export const AppointmentsDocument = {"__meta__":{"hash":"sha256:070f397ffc4d8906b9db170d84c9e1954642d9016811e7625740f75a9a1be887"}} as unknown as TypedDocumentString<AppointmentsQuery, AppointmentsQueryVariables>;
export const ChangesDocument = {"__meta__":{"hash":"sha256:7c1a57ad9580afa9e9afa0da635262e1032bc028391fd92bbe5a7a8b5d5f8de1"}} as unknown as TypedDocumentString<ChangesQuery, ChangesQueryVariables>;
export const CollectSocialSituationDocument = {"__meta__":{"hash":"sha256:a1e63207461559c1ab844413fb7f04d1d7921c44708b301a18e539393aa1af72"}} as unknown as TypedDocumentString<CollectSocialSituationMutation, CollectSocialSituationMutationVariables>;
export const DecideOrientationDocument = {"__meta__":{"hash":"sha256:b082749828be0a9812c791578a8054727967799dd7c04c69cac4ca46875167ec"}} as unknown as TypedDocumentString<DecideOrientationMutation, DecideOrientationMutationVariables>;
export const DraftContractDocument = {"__meta__":{"hash":"sha256:9dc52443151d2af207f19feb0a51113260d9743b9ea0a7dcffc7e5204a42641e"}} as unknown as TypedDocumentString<DraftContractMutation, DraftContractMutationVariables>;
export const EndFollowUpDocument = {"__meta__":{"hash":"sha256:0f7984e49900e67b8b99963d618833c243ec840f3735bf881165c3d3dd4cb346"}} as unknown as TypedDocumentString<EndFollowUpMutation, EndFollowUpMutationVariables>;
export const EndSubscriptionDocument = {"__meta__":{"hash":"sha256:fe6803651e8bcde4623df50d82662d7b9bf1285cd29e4f7e51a0141f4ac090f2"}} as unknown as TypedDocumentString<EndSubscriptionMutation, EndSubscriptionMutationVariables>;
export const FindPersonDocument = {"__meta__":{"hash":"sha256:ecc794d81a89f821eac2630d607563983ac553a03eabb63d0ab009b7c630de3f"}} as unknown as TypedDocumentString<FindPersonQuery, FindPersonQueryVariables>;
export const JourneyDocument = {"__meta__":{"hash":"sha256:47f27dab59520b1fb3e1a595030c30d5e2db84191c122fefe978ba6ec56e1c8b"}} as unknown as TypedDocumentString<JourneyQuery, JourneyQueryVariables>;
export const JourneyRisksDocument = {"__meta__":{"hash":"sha256:4a99afadd70ffd0ae2a05d417ce8f651fe213de8c4660c63136991b59daa7b85"}} as unknown as TypedDocumentString<JourneyRisksQuery, JourneyRisksQueryVariables>;
export const OrientationsDocument = {"__meta__":{"hash":"sha256:501011d65423e0cae174031ffcfe5663df41400e0d0d84e63de1e67e24ab5d1a"}} as unknown as TypedDocumentString<OrientationsQuery, OrientationsQueryVariables>;
export const PersonsDocument = {"__meta__":{"hash":"sha256:5f3e8ecb400f7045686f3c69af4848ec7fa0504d131e8366b0fa86c41f99c7ef"}} as unknown as TypedDocumentString<PersonsQuery, PersonsQueryVariables>;
export const PlaceInTrainingDocument = {"__meta__":{"hash":"sha256:c71e9a425d3900d151c50fa8ecaba26143a5797a9650f4f9f05b82954ad1c897"}} as unknown as TypedDocumentString<PlaceInTrainingMutation, PlaceInTrainingMutationVariables>;
export const ProposeImmersionDocument = {"__meta__":{"hash":"sha256:0f12003dd5cd46f7810cfe5744fe3ecaf59860a148509b72f8a66992692cca65"}} as unknown as TypedDocumentString<ProposeImmersionMutation, ProposeImmersionMutationVariables>;
export const RecordAppointmentDocument = {"__meta__":{"hash":"sha256:d7b72ae241dbe02d0759135a1d9d90ed44bfcec5448ec165f58b67b068d1551b"}} as unknown as TypedDocumentString<RecordAppointmentMutation, RecordAppointmentMutationVariables>;
export const ReferToServiceDocument = {"__meta__":{"hash":"sha256:7e402baea614828a4f11211ee17d2083811ecda4b27ad6ad4eb8827d96b3c37e"}} as unknown as TypedDocumentString<ReferToServiceMutation, ReferToServiceMutationVariables>;
export const RenewContractDocument = {"__meta__":{"hash":"sha256:5d2c5bb023fc6ec047c3b97420bf21c1b502b57489ccb902e64fbf6838185b93"}} as unknown as TypedDocumentString<RenewContractMutation, RenewContractMutationVariables>;
export const ServicesDocument = {"__meta__":{"hash":"sha256:e8acf645f80add8da183071ff9211d6625173f1190edd4607febb7645275d0c1"}} as unknown as TypedDocumentString<ServicesQuery, ServicesQueryVariables>;
export const SetAppointmentStatusDocument = {"__meta__":{"hash":"sha256:1867fa25545297d7dd0745cbe6a1f9685a53be670c73963d0f216ff911fe6570"}} as unknown as TypedDocumentString<SetAppointmentStatusMutation, SetAppointmentStatusMutationVariables>;
export const SetDifficultyStateDocument = {"__meta__":{"hash":"sha256:a1efcf261a2447c20888149abce2061b549770ec831e1cb7c5d6910e07b75853"}} as unknown as TypedDocumentString<SetDifficultyStateMutation, SetDifficultyStateMutationVariables>;
export const SetReferentDocument = {"__meta__":{"hash":"sha256:a8161fb6c07630f50deae1bf05781d34626ded13299dfe0cefb50ab0cddb0cce"}} as unknown as TypedDocumentString<SetReferentMutation, SetReferentMutationVariables>;
export const SignContractDocument = {"__meta__":{"hash":"sha256:f52d70631579f056254dc4d6e6eb918a2e49e005a33db3fb4b5258a914a2425f"}} as unknown as TypedDocumentString<SignContractMutation, SignContractMutationVariables>;
export const SignOwnContractDocument = {"__meta__":{"hash":"sha256:261819dafc763e17cc870f8e1cf44116d036a8c05a43edb878b1ee4808899dd5"}} as unknown as TypedDocumentString<SignOwnContractMutation, SignOwnContractMutationVariables>;
export const SubscribeToChangesDocument = {"__meta__":{"hash":"sha256:a38cb851006beead83a9b45262450015e2b7f908aa81114bceaf72da965ab89d"}} as unknown as TypedDocumentString<SubscribeToChangesMutation, SubscribeToChangesMutationVariables>;
export const SubscriptionsDocument = {"__meta__":{"hash":"sha256:d6f1331d6e524126e86d4bddb19dda05b47ed4e4f4a92ee7ca4574492a333895"}} as unknown as TypedDocumentString<SubscriptionsQuery, SubscriptionsQueryVariables>;