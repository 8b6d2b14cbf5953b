"""Tables of the schema `trainings`, on which its entities are declared and its migrations are written.

The catalogue (providers, trainings, sessions) is public. Personal rows are placements, one person on one session, seen
by the provider of that session (`organisation_siret`) and by who proposed it (`recorded_by`), and training projects,
which are those of the organisation that recorded them and give nobody a link to the person.
"""

from sqlalchemy import ARRAY, Boolean, Column, Date, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import UUID

from schema.facts import REVEALED
from subgraphs.kit.columns import (
    INTERNAL,
    WRITTEN,
    found_at,
    identifier,
    key,
    lineage,
    metadata_of,
    one_of,
    unmerged_person,
)
from subgraphs.kit.write.outgoing import outgoing_queue
from subgraphs.kit.write.request_log import request_log
from subgraphs.kit.write.transmission import transmission_columns
from subgraphs.trainings import values as v

metadata = metadata_of("trainings")

RECRUITMENT_STATES = tuple(v.RecruitmentState.__members__)
"""LHEO `etat-recrutement` 1, 2, 3 (docs/domain.md#lheo-ouiform)."""
TEACHING_MODES = tuple(v.TeachingMode.__members__)
"""LHEO `modalites-enseignement` 0, 1, 2."""
STATUSES = tuple(v.PlacementStatus.__members__)
"""States of a placement (docs/domain.md#trainings): ours, not OuiForm's own."""


def public_id() -> Column[str]:
    """Public key of a catalogue item: its number in the catalogue, or a SIRET."""
    return Column("id", Text(collation="C"), primary_key=True)


training_provider = Table(
    "training_provider",
    metadata,
    public_id(),
    identifier("siret", nullable=False),
    Column("name", Text),
    identifier("activity_number"),
    identifier("sensitivity"),
    *lineage(),
    one_of("sensitivity", REVEALED),
    UniqueConstraint("source", "source_id"),
)

training = Table(
    "training",
    metadata,
    public_id(),
    identifier("provider_id"),
    Column("title", Text, nullable=False),
    Column("formacodes", ARRAY(Text(collation="C")), nullable=False),
    Column("rome_codes", ARRAY(Text(collation="C")), nullable=False),
    identifier("rncp_code"),
    Column("certifying", Boolean),
    identifier("entry_level"),
    identifier("exit_level"),
    *lineage(),
    UniqueConstraint("source", "source_id"),
    Index(None, "provider_id"),
    Index(None, "rome_codes", postgresql_using="gin"),
    Index(None, "formacodes", postgresql_using="gin"),
)

training_action = Table(
    "training_action",
    metadata,
    public_id(),
    identifier("training_id", nullable=False),
    Column("mode", Text(collation="C")),
    Column("publics", ARRAY(Text(collation="C")), nullable=False),
    Column("prerequisites", Text),
    Column("funders", ARRAY(Text(collation="C")), nullable=False),
    *lineage(),
    one_of("mode", TEACHING_MODES),
    UniqueConstraint("source", "source_id"),
    Index(None, "training_id"),
)

training_session = Table(
    "training_session",
    metadata,
    public_id(),
    identifier("training_id", nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("recruitment_state", Text(collation="C")),
    Column("city", Text),
    identifier("city_code"),
    *found_at(),
    *lineage(),
    one_of("recruitment_state", RECRUITMENT_STATES),
    UniqueConstraint("source", "source_id"),
    Index(None, "training_id"),
    Index(None, "starts_on"),
    Index(None, "city_code"),
    Index(None, "at_latitude", "at_longitude"),
)

placement = Table(
    "placement",
    metadata,
    key(),
    Column("person_id", UUID(as_uuid=False), nullable=False),
    identifier("session_id", nullable=False),
    Column("status", Text(collation="C")),
    Column("proposed_on", Date),
    Column("decided_on", Date),
    Column("entered_on", Date),
    Column("ended_on", Date),
    Column("prerequisites_met", Boolean),
    Column("accommodation_requested", Boolean),
    identifier("organisation_siret"),
    identifier("recorded_by"),
    *lineage(),
    Column("with_project", Boolean, nullable=False, server_default=false()),
    *unmerged_person(),
    *transmission_columns(),
    one_of("status", STATUSES),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)
"""`status` is null until the system that keeps the placement tells it.
`with_project`: the person has a training project, whoever may read it; whoever writes one or the other keeps it so.
`session_id` has no foreign key: a placement may be told before the catalogue that holds its session."""

training_project = Table(
    "training_project",
    metadata,
    key(),
    Column("person_id", UUID(as_uuid=False), nullable=False),
    identifier("formacode", nullable=False),
    Column("recorded_on", Date, nullable=False),
    identifier("organisation_siret"),
    identifier("recorded_by"),
    *lineage(),
    *unmerged_person(),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
)

source_record = Table(
    "source_record",
    metadata,
    *lineage(),
    Column("removed", Boolean, nullable=False),
    PrimaryKeyConstraint("source", "source_id"),
    info=INTERNAL,
)
"""Newest `as_of` seen of each placement and project, kept after its removal so that a late message does not bring it
back. Holds keys only."""

write_request = request_log(metadata)
outgoing = outgoing_queue(metadata)
