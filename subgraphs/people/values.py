"""Enums of the subgraph `people`, with the values of their standards."""

from enum import Enum

from schema.categories import Category
from subgraphs.kit.enums import choice, value


@choice("Civilité.")
class Civility(Enum):
    MADAME = value("Madame.")
    MONSIEUR = value("Monsieur.")


@choice("À qui le contact est rattaché.")
class ContactOrigin(Enum):
    PERSONNE = value("À la personne.")
    DOSSIER = value("Au dossier, que le foyer partage.")


@choice("Autorisation d'usage des coordonnées (CNAF, AUTORUTIADRELEC et AUTORUTITEL).")
class ContactAuthorisation(Enum):
    A = value("Autorisé.")
    R = value("Refusé.")
    I = value("Inconnu.")  # noqa: E741


@choice("État du dossier RSA (CNAF, ETATDOSRSA de 0 à 6, dans l'ordre).")
class RsaStatus(Enum):
    DEMANDE_EN_ATTENTE = value("0, demande en attente.")
    REFUSE = value("1, refusé.")
    DROIT_OUVERT_VERSABLE = value("2, droit ouvert et versable.")
    DROIT_OUVERT_ET_SUSPENDU = value("3, droit ouvert et suspendu.")
    DROIT_OUVERT_VERSEMENT_SUSPENDU = value("4, droit ouvert, versement suspendu.")
    CLOS = value("5, clos.")
    CLOS_ANTERIEUR = value("6, clos sur un mois antérieur.")


@choice("Restriction demandée par la personne.")
class RestrictionKind(Enum):
    OPPOSITION = value("Opposition (RGPD, article 21).")
    LIMITATION = value("Limitation (RGPD, article 18).")


@choice("Famille du motif de suspension du RSA.")
class SuspensionReason(Enum):
    RESSOURCES = value("Ressources ou déclaration.")
    SITUATION = value("Changement de situation.")
    AUTRE = value("Autre motif, ou motif non précisé.")
    SANTE = value("Santé ou handicap.", Category.SAN)
    SEJOUR = value("Titre de séjour.", Category.SEJ)
    JUSTICE = value("Mesure de justice.", Category.JUST)


@choice("Tranche de ressources mensuelles, en euros.")
class IncomeBand(Enum):
    AUCUNE = value("Aucune ressource.")
    MOINS_DE_500 = value("Moins de 500.")
    DE_500_A_1000 = value("De 500 à moins de 1000.")
    DE_1000_A_1500 = value("De 1000 à moins de 1500.")
    AU_MOINS_1500 = value("1500 ou plus.")


@choice("Situation professionnelle.")
class WorkSituation(Enum):
    EN_EMPLOI = value("En emploi.")
    SANS_EMPLOI = value("Sans emploi.")
    EN_FORMATION = value("En formation.")
    IAE = value("En insertion par l'activité économique.")
    CREATION_ENTREPRISE = value("En création d'entreprise.")
    RETRAITE = value("À la retraite.")
    AUTRE = value("Autre situation.")
    MALADIE = value("En arrêt de maladie.", Category.SAN)
    INVALIDITE = value("En invalidité.", Category.SAN)


@choice("Système d'un identifiant.")
class IdentifierKind(Enum):
    CAF = value("Caisse d'allocations familiales.")
    MSA = value("Mutualité sociale agricole.")
    FRANCE_TRAVAIL = value("France Travail, 8 ou 11 caractères.")
    CD_INTERNE = value("Conseil départemental.")
    PASS_IAE = value("PASS IAE, 12 chiffres.")
    RDV_INSERTION = value("RDV-Insertion.")


@choice("Rôle dans le dossier CAF ou MSA.")
class DossierRole(Enum):
    DEMANDEUR = value("Demandeur.")
    CONJOINT = value("Conjoint.")


@choice("État de l'inscription comme demandeur d'emploi.")
class RegistrationStatus(Enum):
    INSCRIT = value("Inscrit.")
    NON_INSCRIT = value("Non inscrit, quel que soit le motif.")


@choice("Parcours d'orientation (C. trav. L.5411-5-1).")
class Pathway(Enum):
    EMPLOI = value("Parcours emploi.")
    SOCIO_PRO = value("Parcours socio-professionnel.")
    SOCIAL = value("Parcours social.")


@choice("Décision de l'organisme sur une orientation (France Travail).")
class OrientationDecision(Enum):
    ACCEPTEE = value("Acceptée.")
    REFUSEE = value("Refusée ; le motif n'est pas repris.")


@choice("Nature d'un contrat d'accompagnement.")
class ContractKind(Enum):
    CER = value("Contrat d'engagements réciproques.")
    PPAE = value("Projet personnalisé d'accès à l'emploi.")
    CEJ = value("Contrat d'engagement jeune.")
    PACEA = value("Parcours contractualisé vers l'emploi et l'autonomie.")
    CONTRAT_ENGAGEMENT = value("Contrat d'engagement.")


@choice("Effet sur la recherche d'emploi (France Travail).")
class ConstraintImpact(Enum):
    FAIBLE = value("Faible.")
    MOYEN = value("Moyen.")
    FORT = value("Fort.")


@choice("Niveau d'études (France Travail).")
class EducationLevel(Enum):
    AFS = value("Aucune formation scolaire.")
    CP4 = value("Primaire à 4e.")
    CFG = value("4e achevée.")
    C3A = value("BEPC ou 3e achevée.")
    C12 = value("Seconde ou première achevée.")
    NV5 = value("CAP, BEP ou équivalent.")
    NV4 = value("Baccalauréat ou équivalent.")
    NV3 = value("Bac + 2 ou équivalent.")
    NV2 = value("Bac + 3, bac + 4 ou équivalent.")
    NV1 = value("Bac + 5 et plus, ou équivalent.")


@choice("Diplôme le plus élevé (DSP, nivdipmaxobt de 2601 à 2606, dans l'ordre).")
class Diploma(Enum):
    LICENCE_OU_PLUS = value("2601, licence ou au-delà, diplôme de grande école.")
    BAC_PLUS_2 = value("2602, bac + 2.")
    BACCALAUREAT = value("2603, baccalauréat.")
    CAP_BEP = value("2604, CAP ou BEP.")
    BREVET_OU_SANS = value("2605, brevet des collèges ou sans diplôme.")
    AUCUN = value("2606, aucun.")


@choice("Thème d'un objectif : une difficulté à lever, ou une étape vers l'emploi (France Travail).")
class ObjectiveTheme(Enum):
    EMPLOI = value("Emploi.")
    FORMATION = value("Formation.")
    CHOISIR_UN_METIER = value("Choisir un métier.")
    SE_FORMER = value("Se former.")
    PREPARER_SA_CANDIDATURE = value("Préparer sa candidature.")
    TROUVER_UN_EMPLOI = value("Trouver un emploi.")
    CREER_UNE_ENTREPRISE = value("Créer une entreprise.")
    S_OUVRIR_A_L_INTERNATIONAL = value("S'ouvrir à l'international.")
    MOBILITE = value("Mobilité.", Category.FREIN)
    FAMILLE = value("Famille et garde d'enfants.", Category.FREIN)
    LANGUE_CALCUL = value("Lecture, écriture, français, calcul.", Category.FREIN)
    LOGEMENT = value("Logement.", Category.FREIN)
    FINANCES = value("Finances.", Category.FREIN)
    ADMIN_JURIDIQUE = value("Démarches administratives et accès aux droits.", Category.FREIN)
    NUMERIQUE = value("Numérique.", Category.FREIN)
    SANTE = value("Santé.", Category.SAN)


@choice("Avancement d'un objectif ou d'une action (Carnet de bord).")
class Progress(Enum):
    PREVU = value("Prévu.")
    EN_COURS = value("En cours.")
    EN_PAUSE = value("En pause.")
    REALISE = value("Réalisé.")
    ABANDONNE = value("Abandonné.")
    ANNULE = value("Annulé.")


class MatchReason(Enum):
    """Why two people may be one, the strongest first: one NIR and birth date under two first names; a record that has
    keys of both; the same names and birth date; one e-mail or telephone and first name."""

    NIR = "NIR"
    RECORD = "RECORD"
    NAMES = "NAMES"
    CONTACT = "CONTACT"


class MatchVerdict(Enum):
    """What an agent decides of two people."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"


class MatchGround(Enum):
    """What an agent relies on: the person itself, a document, the service that sent a record; or it mends a mistake."""

    PERSON = "PERSON"
    DOCUMENT = "DOCUMENT"
    SOURCE = "SOURCE"
    MISTAKE = "MISTAKE"
