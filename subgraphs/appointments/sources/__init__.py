"""Sources of the subgraph `appointments`."""

from subgraphs.appointments.sources.appointments_feed import AppointmentsFeed
from subgraphs.appointments.sources.rdv_insertion import RdvInsertion
from subgraphs.kit.ingest.unit_of_work import Source

SOURCES: tuple[type[Source], ...] = (RdvInsertion, AppointmentsFeed)
