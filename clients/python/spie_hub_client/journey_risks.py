"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import AppointmentStatus, ContractKind, Pathway
from .runtime.models import Date, Model, Operation


class JourneyRisksData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « JourneyRisks »."""
    repeated_absences: JourneyRisksRepeatedAbsences | None = field(name="repeatedAbsences")
    """Signal : absences des personnes suivies qui en ont deux au moins dans la période, les plus récentes d'abord. —
    Catégorie : SUIVI"""
    lost_contacts: JourneyRisksLostContacts | None = field(name="lostContacts")
    """Signal : dernier rendez-vous des personnes suivies qui n'en ont eu aucun depuis, et n'en ont pas à venir ; les
    plus anciens d'abord. Un rendez-vous excusé ou annulé ne compte pas. — Catégorie : SUIVI"""
    ending_contracts: JourneyRisksEndingContracts | None = field(name="endingContracts")
    """Signal : contrats des personnes suivies qui finissent bientôt et qu'aucun autre ne prolonge ; ceux qui
    finissent les premiers d'abord. — Catégorie : SUIVI"""
    conflicting_orientations: JourneyRisksConflictingOrientations | None = field(name="conflictingOrientations")
    """Signal : orientations en cours des personnes suivies qui en ont deux vers des parcours différents, comme du
    département et de France Travail ; les plus récentes d'abord. — Catégorie : SUIVI"""
    abandoned_trainings: JourneyRisksAbandonedTrainings | None = field(name="abandonedTrainings")
    """Signal : positionnements abandonnés des personnes suivies, que rien n'a remplacés ; les plus récents d'abord.
    — Catégorie : FORM"""


class JourneyRisksRepeatedAbsences(Model, frozen=True, kw_only=True):
    """Page de rendez-vous."""
    nodes: tuple[JourneyRisksRepeatedAbsencesNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: JourneyRisksRepeatedAbsencesPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class JourneyRisksRepeatedAbsencesNodes(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    day: Date | None
    """Jour du rendez-vous, à l'heure de Paris. — Catégorie : SUIVI"""
    person: JourneyRisksRepeatedAbsencesNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class JourneyRisksRepeatedAbsencesNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""


class JourneyRisksRepeatedAbsencesPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class JourneyRisksLostContacts(Model, frozen=True, kw_only=True):
    """Page de rendez-vous."""
    nodes: tuple[JourneyRisksLostContactsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: JourneyRisksLostContactsPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class JourneyRisksLostContactsNodes(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    day: Date | None
    """Jour du rendez-vous, à l'heure de Paris. — Catégorie : SUIVI"""
    status: AppointmentStatus | None
    """Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée. —
    Catégorie : SUIVI ; certaines valeurs : ASSIDU"""
    person: JourneyRisksLostContactsNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class JourneyRisksLostContactsNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""


class JourneyRisksLostContactsPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class JourneyRisksEndingContracts(Model, frozen=True, kw_only=True):
    """Page de contrats."""
    nodes: tuple[JourneyRisksEndingContractsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: JourneyRisksEndingContractsPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class JourneyRisksEndingContractsNodes(Model, frozen=True, kw_only=True):
    """Contrat entre la personne et l'organisme qui l'accompagne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    kind: ContractKind | None
    """Nature du contrat. — Catégorie : SUIVI"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""
    person: JourneyRisksEndingContractsNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class JourneyRisksEndingContractsNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""


class JourneyRisksEndingContractsPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class JourneyRisksConflictingOrientations(Model, frozen=True, kw_only=True):
    """Page d'orientations."""
    nodes: tuple[JourneyRisksConflictingOrientationsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: JourneyRisksConflictingOrientationsPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class JourneyRisksConflictingOrientationsNodes(Model, frozen=True, kw_only=True):
    """Orientation de la personne vers un parcours et un organisme."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    pathway: Pathway | None
    """Parcours d'orientation. — Catégorie : SUIVI (réduit)"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI (réduit)"""
    provenance: JourneyRisksConflictingOrientationsNodesProvenance | None
    """Origine de l'information. — Catégorie : SUIVI"""
    person: JourneyRisksConflictingOrientationsNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class JourneyRisksConflictingOrientationsNodesProvenance(Model, frozen=True, kw_only=True):
    """Origine d'une information ; ce qu'elle révèle se décide sur le champ qui la porte."""
    source: str | None
    """Système d'origine. — Catégorie : TECH"""


class JourneyRisksConflictingOrientationsNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""


class JourneyRisksConflictingOrientationsPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class JourneyRisksAbandonedTrainings(Model, frozen=True, kw_only=True):
    """Page de positionnements."""
    nodes: tuple[JourneyRisksAbandonedTrainingsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: JourneyRisksAbandonedTrainingsPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class JourneyRisksAbandonedTrainingsNodes(Model, frozen=True, kw_only=True):
    """Positionnement d'une personne sur une session de formation (OuiForm)."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    ended_on: Date | None = field(name="endedOn")
    """Date de fin. — Catégorie : FORM"""
    session: JourneyRisksAbandonedTrainingsNodesSession | None
    """Session ; un positionnement chez l'organisme dont le nom révélerait une donnée protégée est absent de sa
    liste. — Catégorie : FORM ; certaines valeurs : JUST, SAN, SEJ"""
    person: JourneyRisksAbandonedTrainingsNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class JourneyRisksAbandonedTrainingsNodesSession(Model, frozen=True, kw_only=True):
    """Session de formation (LHEO)."""
    training: JourneyRisksAbandonedTrainingsNodesSessionTraining | None
    """Formation. — Catégorie : PUB"""


class JourneyRisksAbandonedTrainingsNodesSessionTraining(Model, frozen=True, kw_only=True):
    """Formation du catalogue (LHEO)."""
    title: str | None
    """Intitulé. — Catégorie : PUB"""


class JourneyRisksAbandonedTrainingsNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""


class JourneyRisksAbandonedTrainingsPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class JourneyRisks(Operation[JourneyRisksData], frozen=True, kw_only=True):
    """Qui risque de décrocher ? Cinq signaux sur le périmètre, chacun par le fait qui le dit, tel que l'acteur le
    lit : celui qu'il ne peut pas lire n'en donne aucun."""
    NAME = "JourneyRisks"
    DOCUMENT = """query JourneyRisks {
  repeatedAbsences(days: 90) {
    nodes {
      id
      day
      person {
        id
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  lostContacts(days: 60) {
    nodes {
      id
      day
      status
      person {
        id
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  endingContracts(days: 45) {
    nodes {
      id
      kind
      endsOn
      person {
        id
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  conflictingOrientations(days: 180) {
    nodes {
      id
      pathway
      startsOn
      provenance {
        source
      }
      person {
        id
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  abandonedTrainings(days: 90) {
    nodes {
      id
      endedOn
      session {
        training {
          title
        }
      }
      person {
        id
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}"""
    DOCUMENT_ID = "774df33fdb4abb94142a8a40b39462b6f28edf9631c80f52d4787311a2591d90"
    DATA = JourneyRisksData
