"""Tables of the schema `appointments`, on which its entities are declared and its migrations are written.

One row of `appointment` is the participation of one person in one rendez-vous: a collective rendez-vous of ten people
is ten rows, and none of them tells of another person. `subject_source_id` is the source's key of that person: it holds
the person's record as long as an item names it.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

from schema.facts import REVEALED
from subgraphs.appointments import values as v
from subgraphs.kit.columns import (
    INTERNAL,
    WRITTEN,
    identifier,
    instant,
    key,
    lineage,
    metadata_of,
    one_of,
    unmerged_person,
    version,
)
from subgraphs.kit.sensitive_organisations import UNKNOWN
from subgraphs.kit.write.request_log import request_log

metadata = metadata_of("appointments")

INITIATORS = tuple(v.AppointmentInitiator.__members__)
DELIVERY_STATUSES = tuple(v.DeliveryStatus.__members__)
"""Values of RDV-Insertion, where a column keeps them (docs/domain.md#rdv-insertion)."""


def subject() -> Column[str]:
    """The person whom the row is about: a key of the schema `people`, without a foreign key across subgraphs."""
    return Column("person_id", UUID(as_uuid=False), nullable=False)


organisation = Table(
    "organisation",
    metadata,
    key(),
    Column("name", Text),
    identifier("siret"),
    Column("type", Text),
    identifier("department"),
    *lineage(),
    identifier("structure_id"),
    identifier("sensitivity"),
    one_of("type", v.OrganisationType.__members__),
    one_of("sensitivity", (*REVEALED, UNKNOWN)),
    UniqueConstraint("source", "source_id"),
)

appointment = Table(
    "appointment",
    metadata,
    key(),
    subject(),
    instant("starts_at", nullable=False),
    Column("duration_minutes", Integer),
    Column("mode", Text),
    Column("collective", Boolean),
    Column("place_name", Text),
    Column("place_address", Text),
    Column("status", Text, nullable=False),
    Column("initiator", Text),
    Column("motive_category", Text),
    Column("motive_type", Text),
    Column("organisation_id", UUID(as_uuid=False), ForeignKey("appointments.organisation.id")),
    identifier("organisation_siret"),
    identifier("rdv_source_id", nullable=False),
    identifier("subject_source_id", nullable=False),
    *lineage(),
    identifier("recorded_by"),
    *unmerged_person(),
    version(),
    one_of("mode", v.AppointmentMode.__members__),
    one_of("status", v.AppointmentStatus.__members__),
    one_of("initiator", INITIATORS),
    one_of("motive_type", v.MotiveType.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id", "starts_at"),
    Index(None, "source", "rdv_source_id"),
    Index(None, "source", "subject_source_id"),
    Index(None, "organisation_id", "starts_at"),
    info=WRITTEN,
)

appointment_agent = Table(
    "appointment_agent",
    metadata,
    Column(
        "appointment_id",
        UUID(as_uuid=False),
        ForeignKey("appointments.appointment.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("agent_id", UUID(as_uuid=False), nullable=False),
    subject(),
    *unmerged_person(),
    PrimaryKeyConstraint("appointment_id", "agent_id"),
)
"""Who receives: keys of the schema `people`."""

invitation = Table(
    "invitation",
    metadata,
    key(),
    subject(),
    Column("format", Text),
    instant("sent_at"),
    instant("expires_at"),
    Column("delivery_status", Text),
    Column("clicked", Boolean),
    Column("motive_category", Text),
    Column("motive_type", Text),
    identifier("subject_source_id", nullable=False),
    *lineage(),
    identifier("recorded_by"),
    identifier("organisation_siret"),
    *unmerged_person(),
    one_of("format", v.InvitationFormat.__members__),
    one_of("motive_type", v.MotiveType.__members__),
    one_of("delivery_status", DELIVERY_STATUSES),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    Index(None, "source", "subject_source_id"),
)

motive = Table(
    "motive",
    MetaData(),
    subject(),
    Column("motive_category", Text),
    Column("motive_type", Text),
    identifier("organisation_siret"),
    identifier("recorded_by"),
)
"""The columns of a motive, in the tables of whatever has one; not a table of the schema."""

source_record = Table(
    "source_record",
    metadata,
    *lineage(),
    Column("removed", Boolean, nullable=False),
    PrimaryKeyConstraint("source", "source_id"),
    info=INTERNAL,
)
"""Newest `as_of` seen of each rendez-vous and invitation, kept after its removal so that a late message does not bring
it back. Holds keys only."""

write_request = request_log(metadata)
