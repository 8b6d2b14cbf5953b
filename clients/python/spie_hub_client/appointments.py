"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .fragments import ListedAppointment, PageBounds
from .inputs import AppointmentFilter
from .runtime.models import Connection, Model, PagedOperation


class AppointmentsData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Appointments »."""
    appointments: AppointmentsAppointments | None
    """Rendez-vous des personnes suivies. — Catégorie : SUIVI"""


class AppointmentsAppointments(Model, frozen=True, kw_only=True):
    """Page de rendez-vous."""
    nodes: tuple[ListedAppointment, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: PageBounds = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class Appointments(PagedOperation[AppointmentsData, ListedAppointment], frozen=True, kw_only=True):
    """Les rendez-vous du périmètre de l'acteur, page par page."""
    NAME = "Appointments"
    DOCUMENT = """query Appointments($first: Int = 100, $after: String, $filter: AppointmentFilter) {
  appointments(first: $first, after: $after, filter: $filter) {
    nodes {
      ...ListedAppointment
    }
    pageInfo {
      ...PageBounds
    }
  }
}

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

fragment PageBounds on PageInfo {
  hasNextPage
  endCursor
}"""
    DOCUMENT_ID = "d8f31e6606a0b3331994a11fbe5c0aefb4eb65357c9b24f10c97caed9dc59bd7"
    DATA = AppointmentsData
    CURSOR = "after"
    first: int | UnsetType | None = UNSET
    after: str | UnsetType | None = UNSET
    filter: AppointmentFilter | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: AppointmentsData) -> Connection[ListedAppointment] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.appointments
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
