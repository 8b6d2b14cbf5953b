"""Tables of the journey of people: difficulties, who follows them, orientations, contracts, projects, rights exercised.

Each row is what one record of one source says; nothing here is consolidated.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from subgraphs.kit.columns import PROFESSIONAL, WRITTEN, identifier, key, lineage, one_of, unmerged_person, version
from subgraphs.kit.constraint_enums import ConstraintState
from subgraphs.kit.write.request_log import request_log
from subgraphs.people import values as v
from subgraphs.people.tables import followed_by, metadata, subject

CONSTRAINT_THEMES = (
    "MOBILITE",
    "FAMILLE",
    "SANTE",
    "LANGUE_CALCUL",
    "LOGEMENT",
    "FINANCES",
    "ADMIN_JURIDIQUE",
    "NUMERIQUE",
    "INSERTION_COMMUNICATION",
    "JUSTICE",
    "SEJOUR",
)

constraint = Table(
    "person_constraint",
    metadata,
    key(),
    subject(),
    Column("theme", Text, nullable=False),
    Column("state", Text),
    Column("impact", Text),
    Column("recorded_on", Date),
    *lineage(),
    identifier("recorded_by"),
    *unmerged_person(),
    version(),
    one_of("theme", CONSTRAINT_THEMES),
    one_of("state", ConstraintState.__members__),
    one_of("impact", v.ConstraintImpact.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)

agent = Table(
    "agent",
    metadata,
    key(),
    identifier("email", nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    *lineage(),
    Column("phone", Text),
    identifier("organisation_siret"),
    UniqueConstraint("source", "source_id"),
    Index(None, "email"),
    info=PROFESSIONAL,
)
"""`organisation_siret` is the one that a source says to follow somebody by this agent: its referents name it."""

referent = Table(
    "referent",
    metadata,
    key(),
    subject(),
    Column("agent_id", UUID(as_uuid=False), ForeignKey("people.agent.id", ondelete="CASCADE"), nullable=False),
    Column("since", Date),
    *lineage(),
    followed_by(),
    identifier("organisation_siret"),
    *unmerged_person(),
    Column("is_referent", Boolean, nullable=False, server_default=text("true")),
    Column("ended_on", Date),
    version(),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    Index(None, "agent_id"),
    info=WRITTEN,
)
"""Referents, who are the members of the follow-up group that the sources name; `organisation_siret` is theirs. Who was
only added to the group is no referent; from `ended_on` a member sees nothing, by the trigger that ends its link."""
ACTIVE = referent.c.ended_on.is_(None)
"""A condition: the member has not left the group."""

exercised_right = Table(
    "exercised_right",
    metadata,
    subject(),
    Column("opposed_on", Date),
    Column("limited_on", Date),
    Column("erasure_on", Date),
    *lineage(),
    *unmerged_person(),
    PrimaryKeyConstraint("source", "source_id"),
    Index(None, "person_id"),
)
"""First day on which a register said that a right is in force, and the day of an erasure that it plans; what acts is
`access.person`."""

orientation = Table(
    "orientation",
    metadata,
    key(),
    subject(),
    Column("pathway", Text),
    Column("starts_on", Date),
    Column("ends_on", Date),
    followed_by(),
    identifier("organisation_siret"),
    *lineage(),
    Column("decision", Text),
    Column("decided_on", Date),
    *unmerged_person(),
    identifier("recorded_by"),
    one_of("pathway", v.Pathway.__members__),
    one_of("decision", v.OrientationDecision.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)
"""`organisation_siret` is the one that accompanies from then on, `recorded_by` the one that decided here."""

contract = Table(
    "contract",
    metadata,
    key(),
    subject(),
    Column("kind", Text, nullable=False),
    Column("signed_on", Date),
    Column("starts_on", Date),
    Column("ends_on", Date),
    identifier("organisation_siret"),
    *lineage(),
    *unmerged_person(),
    Column("organisation_signed_on", Date),
    Column("person_signed_on", Date),
    Column("renews", UUID(as_uuid=False)),
    version(),
    one_of("kind", v.ContractKind.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
    info=WRITTEN,
)
"""Of a contract that the hub keeps, a trigger says `signed_on` once both parties have signed, and nobody else does."""

objective = Table(
    "objective",
    metadata,
    key(),
    subject(),
    Column("theme", Text, nullable=False),
    Column("status", Text),
    Column("contract_kind", Text),
    Column("recorded_on", Date),
    Column("action_statuses", ARRAY(Text), nullable=False),
    identifier("organisation_siret"),
    *lineage(),
    *unmerged_person(),
    one_of("theme", v.ObjectiveTheme.__members__),
    one_of("status", v.Progress.__members__),
    one_of("contract_kind", v.ContractKind.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
)
"""Titles of objectives and of actions are free text, and not here; `organisation_siret` is who set the objective."""

project = Table(
    "project",
    metadata,
    key(),
    subject(),
    identifier("rome_code", nullable=False),
    Column("occupation", Text),
    *lineage(),
    Column("priority", Boolean),
    *unmerged_person(),
    UniqueConstraint("source", "source_id"),
    Index(None, "person_id"),
)

write_request = request_log(metadata)
