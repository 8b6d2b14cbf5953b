"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import AppointmentMode, AppointmentStatus, CompanyKind, ConstraintImpact, ConstraintState, ConstraintTheme, ContractKind, ImmersionStatus, JobApplicationState, MotiveCategory, Pathway, PlacementStatus, ReferralStatus, RsaStatus
from .runtime.models import Date, DateTime, Model, Operation


class JourneyData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Journey »."""
    person: JourneyPerson | None
    """Une personne par son identifiant du hub ; nulle si elle n'existe pas pour l'acteur. — Catégorie : TECH"""


class JourneyPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""
    birth_date: Date | None = field(name="birthDate")
    """Date de naissance. — Catégorie : ID"""
    contact: JourneyPersonContact | None
    """Moyens de joindre la personne. — Catégorie : COORD"""
    rsa: JourneyPersonRsa | None
    """Dossier RSA. — Catégorie : SOC"""
    referent: JourneyPersonReferent | None
    """Référent en cours ; nul aussi si le nommer révélerait une donnée protégée. — Catégorie : SUIVI ; certaines
    valeurs : JUST, SAN, SEJ"""
    constraints: tuple[JourneyPersonConstraints, ...] | None
    """Difficultés à prendre en compte dans le parcours. — Catégorie : FREIN"""
    contracts: tuple[JourneyPersonContracts, ...] | None
    """Contrats d'engagement et d'accompagnement. — Catégorie : SUIVI"""
    orientations: tuple[JourneyPersonOrientations, ...] | None
    """Orientations successives. — Catégorie : SUIVI (réduit)"""
    appointments: JourneyPersonAppointments | None
    """Rendez-vous de la personne, du plus ancien au plus récent. — Catégorie : SUIVI"""
    referrals: JourneyPersonReferrals | None
    """Orientations vers un service. — Catégorie : SUIVI"""
    job_applications: JourneyPersonJobApplications | None = field(name="jobApplications")
    """Candidatures auprès des employeurs de l'inclusion. — Catégorie : PRO"""
    immersions: JourneyPersonImmersions | None
    """Immersions professionnelles. — Catégorie : PRO"""
    training_placements: JourneyPersonTrainingPlacements | None = field(name="trainingPlacements")
    """Positionnements sur une session de formation. — Catégorie : FORM"""
    suggested_services: JourneyPersonSuggestedServices | None = field(name="suggestedServices")
    """Services proches qui répondent aux difficultés que l'acteur peut lire ; la distance part de la commune de la
    personne. — Catégorie : FREIN"""


class JourneyPersonContact(Model, frozen=True, kw_only=True):
    """Moyens de joindre la personne."""
    email: str | None
    """Adresse électronique. — Catégorie : COORD"""
    phones: tuple[str, ...] | None
    """Numéros de téléphone, le mobile en premier. — Catégorie : COORD"""
    address: JourneyPersonContactAddress | None
    """Adresse postale. — Catégorie : COORD"""


class JourneyPersonContactAddress(Model, frozen=True, kw_only=True):
    """Adresse postale."""
    postal_code: str | None = field(name="postalCode")
    """Code postal. — Catégorie : COORD"""
    city: str | None
    """Nom de la commune. — Catégorie : COORD"""
    city_code: str | None = field(name="cityCode")
    """Code INSEE de la commune. — Catégorie : COORD"""


class JourneyPersonRsa(Model, frozen=True, kw_only=True):
    """Dossier RSA."""
    status: RsaStatus | None
    """État du dossier. — Catégorie : SOC"""
    rights_and_duties_since: Date | None = field(name="rightsAndDutiesSince")
    """Date d'entrée dans les droits et devoirs. — Catégorie : SOC"""


class JourneyPersonReferent(Model, frozen=True, kw_only=True):
    """Référent de la personne."""
    since: Date | None
    """Date à laquelle le référent a été désigné. — Catégorie : SUIVI"""
    agent: JourneyPersonReferentAgent | None
    """Agent référent. — Catégorie : PROF"""
    structure: JourneyPersonReferentStructure | None
    """Structure du référent. — Catégorie : SUIVI"""


class JourneyPersonReferentAgent(Model, frozen=True, kw_only=True):
    """Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien."""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : PROF"""
    last_name: str | None = field(name="lastName")
    """Nom. — Catégorie : PROF"""


class JourneyPersonReferentStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class JourneyPersonConstraints(Model, frozen=True, kw_only=True):
    """Difficulté à prendre en compte dans le parcours."""
    theme: ConstraintTheme | None
    """Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste. — Catégorie : FREIN
    ; certaines valeurs : JUST, SAN, SEJ"""
    state: ConstraintState | None
    """État de la difficulté. — Catégorie : FREIN"""
    impact: ConstraintImpact | None
    """Effet sur la recherche d'emploi. — Catégorie : FREIN"""


class JourneyPersonContracts(Model, frozen=True, kw_only=True):
    """Contrat entre la personne et l'organisme qui l'accompagne."""
    kind: ContractKind | None
    """Nature du contrat. — Catégorie : SUIVI"""
    signed_on: Date | None = field(name="signedOn")
    """Date de signature ; d'un contrat tenu par le hub, celle de la dernière des deux parties. — Catégorie : SUIVI"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""


class JourneyPersonOrientations(Model, frozen=True, kw_only=True):
    """Orientation de la personne vers un parcours et un organisme."""
    pathway: Pathway | None
    """Parcours d'orientation. — Catégorie : SUIVI (réduit)"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI (réduit)"""
    structure: JourneyPersonOrientationsStructure | None
    """Structure chargée de l'accompagnement ; une orientation vers celle dont le nom révélerait une donnée protégée
    est absente de sa liste. — Catégorie : SUIVI (réduit) ; certaines valeurs : JUST, SAN, SEJ"""


class JourneyPersonOrientationsStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class JourneyPersonAppointments(Model, frozen=True, kw_only=True):
    """Page de rendez-vous."""
    nodes: tuple[JourneyPersonAppointmentsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonAppointmentsNodes(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    starts_at: DateTime | None = field(name="startsAt")
    """Début du rendez-vous. — Catégorie : SUIVI"""
    mode: AppointmentMode | None
    """Modalité. — Catégorie : SUIVI"""
    status: AppointmentStatus | None
    """Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée. —
    Catégorie : SUIVI ; certaines valeurs : ASSIDU"""
    motive: JourneyPersonAppointmentsNodesMotive | None
    """Motif. — Catégorie : SUIVI"""
    organisation: JourneyPersonAppointmentsNodesOrganisation | None
    """Organisation qui reçoit, nulle tant qu'elle n'est pas déclarée au hub ; un rendez-vous chez celle dont le nom
    révélerait une donnée protégée est absent des listes. — Catégorie : SUIVI ; certaines valeurs : JUST, SAN, SEJ"""


class JourneyPersonAppointmentsNodesMotive(Model, frozen=True, kw_only=True):
    """Motif d'un rendez-vous ou d'une invitation."""
    category: MotiveCategory | None
    """Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie. — Catégorie : SUIVI ; certaines
    valeurs : SAN"""


class JourneyPersonAppointmentsNodesOrganisation(Model, frozen=True, kw_only=True):
    """Organisation qui donne des rendez-vous. Ce qu'un lien vers elle révèle d'une personne se décide sur le lien."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class JourneyPersonReferrals(Model, frozen=True, kw_only=True):
    """Page d'orientations vers un service."""
    nodes: tuple[JourneyPersonReferralsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonReferralsNodes(Model, frozen=True, kw_only=True):
    """Orientation d'une personne vers un service."""
    status: ReferralStatus | None
    """État de l'orientation, nul tant que le système qui la tient ne l'a pas dit. — Catégorie : SUIVI"""
    sent_on: Date | None = field(name="sentOn")
    """Date d'envoi. — Catégorie : SUIVI"""
    service: JourneyPersonReferralsNodesService | None
    """Service, nul si le catalogue ne dit pas qui le porte ; une orientation vers celui dont la structure révélerait
    une donnée protégée est absente de sa liste. — Catégorie : SUIVI ; certaines valeurs : JUST, SAN, SEJ"""


class JourneyPersonReferralsNodesService(Model, frozen=True, kw_only=True):
    """Service d'insertion (data.inclusion)."""
    name: str | None
    """Nom. — Catégorie : PUB"""
    structure: JourneyPersonReferralsNodesServiceStructure | None
    """Structure qui le porte. — Catégorie : PUB"""


class JourneyPersonReferralsNodesServiceStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""
    siret: str | None
    """SIRET. — Catégorie : PUB"""


class JourneyPersonJobApplications(Model, frozen=True, kw_only=True):
    """Page de candidatures."""
    nodes: tuple[JourneyPersonJobApplicationsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonJobApplicationsNodes(Model, frozen=True, kw_only=True):
    """Candidature auprès d'un employeur de l'inclusion (Emplois de l'inclusion)."""
    state: JobApplicationState | None
    """État, nul tant que le système qui la tient ne l'a pas dit. — Catégorie : PRO"""
    company: JourneyPersonJobApplicationsNodesCompany | None
    """Employeur ; une candidature auprès de celui dont la nature ou le nom révélerait une donnée protégée est
    absente de sa liste. — Catégorie : PRO ; certaines valeurs : JUST, SAN, SEJ"""


class JourneyPersonJobApplicationsNodesCompany(Model, frozen=True, kw_only=True):
    """Employeur de l'inclusion (Emplois de l'inclusion)."""
    name: str | None
    """Nom. — Catégorie : PUB"""
    kind: CompanyKind | None
    """Nature. — Catégorie : PUB"""


class JourneyPersonImmersions(Model, frozen=True, kw_only=True):
    """Page d'immersions."""
    nodes: tuple[JourneyPersonImmersionsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonImmersionsNodes(Model, frozen=True, kw_only=True):
    """Convention d'immersion professionnelle (Immersion facilitée)."""
    status: ImmersionStatus | None
    """État, nul tant que le système qui tient la convention ne l'a pas dit. — Catégorie : PRO"""
    starts_on: Date | None = field(name="startsOn")
    """Début. — Catégorie : PRO"""
    ends_on: Date | None = field(name="endsOn")
    """Fin. — Catégorie : PRO"""


class JourneyPersonTrainingPlacements(Model, frozen=True, kw_only=True):
    """Page de positionnements."""
    nodes: tuple[JourneyPersonTrainingPlacementsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonTrainingPlacementsNodes(Model, frozen=True, kw_only=True):
    """Positionnement d'une personne sur une session de formation (OuiForm)."""
    status: PlacementStatus | None
    """État, nul tant que le système qui le tient ne l'a pas dit. — Catégorie : FORM"""
    session: JourneyPersonTrainingPlacementsNodesSession | None
    """Session ; un positionnement chez l'organisme dont le nom révélerait une donnée protégée est absent de sa
    liste. — Catégorie : FORM ; certaines valeurs : JUST, SAN, SEJ"""


class JourneyPersonTrainingPlacementsNodesSession(Model, frozen=True, kw_only=True):
    """Session de formation (LHEO)."""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : PUB"""
    training: JourneyPersonTrainingPlacementsNodesSessionTraining | None
    """Formation. — Catégorie : PUB"""


class JourneyPersonTrainingPlacementsNodesSessionTraining(Model, frozen=True, kw_only=True):
    """Formation du catalogue (LHEO)."""
    title: str | None
    """Intitulé. — Catégorie : PUB"""


class JourneyPersonSuggestedServices(Model, frozen=True, kw_only=True):
    """Page de services proposés."""
    nodes: tuple[JourneyPersonSuggestedServicesNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""


class JourneyPersonSuggestedServicesNodes(Model, frozen=True, kw_only=True):
    """Service proposé à une personne ; ce qu'il révèle d'elle se décide sur le lien qui le propose."""
    name: str | None
    """Nom. — Catégorie : PUB"""
    thematics: tuple[str, ...] | None
    """Thématiques, codes de data.inclusion. — Catégorie : PUB"""
    distance_km: float | None = field(name="distanceKm")
    """Distance à vol d'oiseau depuis le centre de la commune, en kilomètres ; nulle si elle n'est pas connue. —
    Catégorie : PUB"""
    structure: JourneyPersonSuggestedServicesNodesStructure | None
    """Structure qui le porte. — Catégorie : PUB"""


class JourneyPersonSuggestedServicesNodesStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class Journey(Operation[JourneyData], frozen=True, kw_only=True):
    """Journey."""
    NAME = "Journey"
    DOCUMENT = """query Journey($id: ID!) {
  person(id: $id) {
    id
    firstName
    lastName
    birthDate
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
    referent {
      since
      agent {
        firstName
        lastName
      }
      structure {
        name
      }
    }
    constraints {
      theme
      state
      impact
    }
    contracts {
      kind
      signedOn
      endsOn
    }
    orientations {
      pathway
      startsOn
      structure {
        name
      }
    }
    appointments(first: 5) {
      nodes {
        startsAt
        mode
        status
        motive {
          category
        }
        organisation {
          name
        }
      }
    }
    referrals(first: 5) {
      nodes {
        status
        sentOn
        service {
          name
          structure {
            name
            siret
          }
        }
      }
    }
    jobApplications(first: 5) {
      nodes {
        state
        company {
          name
          kind
        }
      }
    }
    immersions(first: 5) {
      nodes {
        status
        startsOn
        endsOn
      }
    }
    trainingPlacements(first: 5) {
      nodes {
        status
        session {
          startsOn
          training {
            title
          }
        }
      }
    }
    suggestedServices(first: 3) {
      nodes {
        name
        thematics
        distanceKm
        structure {
          name
        }
      }
    }
  }
}"""
    DOCUMENT_ID = "9b1a2f1a49b54cd73ae5a35ffca8fa9d49395901056e6f4bd032d4f9e6cb982c"
    DATA = JourneyData
    id: str
