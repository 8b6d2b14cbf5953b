"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .enums import AppointmentMode, AppointmentStatus, ContractKind, MotiveCategory, MotiveType
from .runtime.models import Connection, Date, DateTime, Model, PagedOperation


class AgendaData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Agenda »."""
    appointments: AgendaAppointments | None
    """Rendez-vous des personnes suivies. — Catégorie : SUIVI"""


class AgendaAppointments(Model, frozen=True, kw_only=True):
    """Page de rendez-vous."""
    nodes: tuple[AgendaAppointmentsNodes, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: AgendaAppointmentsPageInfo = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class AgendaAppointmentsNodes(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    starts_at: DateTime | None = field(name="startsAt")
    """Début du rendez-vous. — Catégorie : SUIVI"""
    duration_minutes: int | None = field(name="durationMinutes")
    """Durée prévue, en minutes. — Catégorie : SUIVI"""
    mode: AppointmentMode | None
    """Modalité. — Catégorie : SUIVI"""
    status: AppointmentStatus | None
    """Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée. —
    Catégorie : SUIVI ; certaines valeurs : ASSIDU"""
    motive: AgendaAppointmentsNodesMotive | None
    """Motif. — Catégorie : SUIVI"""
    organisation: AgendaAppointmentsNodesOrganisation | None
    """Organisation qui reçoit, nulle tant qu'elle n'est pas déclarée au hub ; un rendez-vous chez celle dont le nom
    révélerait une donnée protégée est absent des listes. — Catégorie : SUIVI ; certaines valeurs : JUST, SAN, SEJ"""
    person: AgendaAppointmentsNodesPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class AgendaAppointmentsNodesMotive(Model, frozen=True, kw_only=True):
    """Motif d'un rendez-vous ou d'une invitation."""
    category: MotiveCategory | None
    """Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie. — Catégorie : SUIVI ; certaines
    valeurs : SAN"""
    type: MotiveType | None
    """Type, plus large que la catégorie. — Catégorie : SUIVI"""


class AgendaAppointmentsNodesOrganisation(Model, frozen=True, kw_only=True):
    """Organisation qui donne des rendez-vous. Ce qu'un lien vers elle révèle d'une personne se décide sur le lien."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class AgendaAppointmentsNodesPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""
    contact: AgendaAppointmentsNodesPersonContact | None
    """Moyens de joindre la personne. — Catégorie : COORD"""
    contracts: tuple[AgendaAppointmentsNodesPersonContracts, ...] | None
    """Contrats d'engagement et d'accompagnement. — Catégorie : SUIVI"""


class AgendaAppointmentsNodesPersonContact(Model, frozen=True, kw_only=True):
    """Moyens de joindre la personne."""
    phones: tuple[str, ...] | None
    """Numéros de téléphone, le mobile en premier. — Catégorie : COORD"""
    email: str | None
    """Adresse électronique. — Catégorie : COORD"""


class AgendaAppointmentsNodesPersonContracts(Model, frozen=True, kw_only=True):
    """Contrat entre la personne et l'organisme qui l'accompagne."""
    kind: ContractKind | None
    """Nature du contrat. — Catégorie : SUIVI"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""


class AgendaAppointmentsPageInfo(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class Agenda(PagedOperation[AgendaData, AgendaAppointmentsNodes], frozen=True, kw_only=True):
    """Qui vois-je ce jour-là ? Les rendez-vous du périmètre, dans l'ordre, et de chacun la personne : son nom,
    comment la joindre, où en sont ses contrats."""
    NAME = "Agenda"
    DOCUMENT = """query Agenda($day: Date!, $first: Int = 50, $after: String) {
  appointments(
    filter: { day: $day }
    orderBy: STARTS_AT
    first: $first
    after: $after
  ) {
    nodes {
      id
      startsAt
      durationMinutes
      mode
      status
      motive {
        category
        type
      }
      organisation {
        name
      }
      person {
        id
        firstName
        lastName
        contact {
          phones
          email
        }
        contracts {
          kind
          endsOn
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}"""
    DOCUMENT_ID = "c702295aa3fa3fa4cf87a42e20f540835afc9b854a42ee0746590d19ed5bf875"
    DATA = AgendaData
    CURSOR = "after"
    day: Date
    first: int | UnsetType | None = UNSET
    after: str | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: AgendaData) -> Connection[AgendaAppointmentsNodes] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.appointments
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
