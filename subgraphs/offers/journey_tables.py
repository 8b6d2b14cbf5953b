"""Tables of what ties a person to the offer: referrals, job applications, PASS IAE and immersion agreements.

Each row is about one person (`person_id`), is the own item of the organisation that receives it (`organisation_siret`:
the structure of the service, the employer, the host) and keeps who recorded it where the source tells. Free text of
the sources (situation, messages, reasons) is not held.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID

from schema.facts import REVEALED
from subgraphs.kit.columns import INTERNAL, WRITTEN, identifier, instant, key, lineage, one_of, unmerged_person
from subgraphs.kit.write.outgoing import outgoing_queue
from subgraphs.kit.write.request_log import request_log
from subgraphs.kit.write.transmission import transmission_columns
from subgraphs.offers import values as v
from subgraphs.offers.tables import metadata


def about_a_person() -> list[Column[Any]]:
    """Key of the row, and the person whom it is about."""
    return [key(), Column("person_id", UUID(as_uuid=False), nullable=False)]


def organisations() -> list[Column[Any]]:
    """SIRET of the organisation whose own item the row is, and of the one that recorded it."""
    return [identifier("organisation_siret"), identifier("recorded_by")]


referral = Table(
    "referral",
    metadata,
    *about_a_person(),
    identifier("service_id", nullable=False),
    Column("status", Text(collation="C")),
    Column("sent_on", Date, nullable=False),
    Column("processed_on", Date),
    identifier("prescriber_structure_id"),
    *organisations(),
    *lineage(),
    *unmerged_person(),
    *transmission_columns(),
    one_of("status", v.ReferralStatus.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)
"""`status` is null until the system that keeps the referral tells it. The service and the prescriber have no
foreign key: a catalogue may come later."""

job_application = Table(
    "job_application",
    metadata,
    *about_a_person(),
    identifier("company_id", nullable=False),
    Column("state", Text(collation="C")),
    Column("sender", Text(collation="C")),
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    *organisations(),
    *lineage(),
    *unmerged_person(),
    *transmission_columns(),
    one_of("state", v.JobApplicationState.__members__),
    one_of("sender", v.SenderKind.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    Index(None, "company_id"),
    info=WRITTEN,
)
"""`state` is null until the system that keeps the application tells it."""

pass_iae = Table(
    "pass_iae",
    metadata,
    *about_a_person(),
    identifier("number", nullable=False),
    Column("status", Text(collation="C"), nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    *lineage(),
    *unmerged_person(),
    one_of("status", v.PassIaeStatus.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
)

immersion_agreement = Table(
    "immersion_agreement",
    metadata,
    *about_a_person(),
    identifier("offer_id"),
    Column("status", Text(collation="C")),
    Column("objective", Text(collation="C")),
    identifier("siret", nullable=False),
    Column("company_name", Text, nullable=False),
    identifier("rome_code"),
    Column("occupation", Text),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    identifier("agency_kind"),
    Column("assessment", Text(collation="C")),
    Column("ended_with_job", Boolean),
    Column("is_rqth", Boolean),
    identifier("sensitivity"),
    *organisations(),
    *lineage(),
    *unmerged_person(),
    *transmission_columns(),
    one_of("status", v.ImmersionStatus.__members__),
    one_of("objective", v.ImmersionObjective.__members__),
    one_of("assessment", v.AssessmentStatus.__members__),
    one_of("sensitivity", REVEALED),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)
"""`offer_id` is of a proposal that was made here; `status` and `agency_kind` are null until the system that keeps the
agreement tells them."""

source_record = Table(
    "source_record",
    metadata,
    *lineage(),
    Column("removed", Boolean, nullable=False),
    PrimaryKeyConstraint("source", "source_id"),
    info=INTERNAL,
)
"""Newest `as_of` seen of each item, kept after its removal so that a late message does not bring it back. Holds keys
only."""

write_request = request_log(metadata)
outgoing = outgoing_queue(metadata)
