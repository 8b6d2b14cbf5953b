"""Tables of the review of people: who may be one, of whom a refused record may be, and what agents decided."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from subgraphs.kit.columns import REVIEWED, identifier, instant, lineage, one_of
from subgraphs.people import values as v
from subgraphs.people.tables import metadata, subject


def decision(*reviewed: Column[Any]) -> list[Column[Any] | CheckConstraint]:
    """The columns of an agent's decision, with those of what the agent saw; the decision of the highest number is in
    force, and `ground` says what the agent relies on."""
    return [
        Column("number", Integer, nullable=False),
        Column("verdict", Text, nullable=False),
        Column("ground", Text, nullable=False),
        *reviewed,
        identifier("agent", nullable=False),
        identifier("organisation", nullable=False),
        instant("decided_at", nullable=False),
        one_of("verdict", v.MatchVerdict.__members__),
        one_of("ground", v.MatchGround.__members__),
    ]


match_candidate = Table(
    "match_candidate",
    metadata,
    *lineage(),
    subject(),
    Column("other_person_id", UUID(as_uuid=False), ForeignKey("people.person.id", ondelete="CASCADE"), nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("source", "source_id", "person_id", "other_person_id", "reason"),
    one_of("reason", v.MatchReason.__members__),
    CheckConstraint("person_id < other_person_id", name="order"),
    Index(None, "person_id"),
    Index(None, "other_person_id"),
    info=REVIEWED,
)
"""Two people who may be one, and the record that shows it; gone with it, with its cause, with either person."""

match_decision = Table(
    "match_decision",
    metadata,
    Column("person_id", UUID(as_uuid=False), nullable=False),
    Column("other_person_id", UUID(as_uuid=False), nullable=False),
    *decision(Column("reasons", ARRAY(Text), nullable=False)),
    PrimaryKeyConstraint("person_id", "other_person_id", "number"),
    Index(None, "other_person_id"),
    CheckConstraint("person_id < other_person_id AND number > 0", name="order"),
    info=REVIEWED,
)
"""What agents decided of two people, never changed nor deleted. `reasons` are those that the agent saw. People are
those of keys alone, before any merge, and of confirmed records: what was decided of one begins its own person's."""

record_candidate = Table(
    "record_candidate",
    metadata,
    *lineage(),
    subject(),
    Column("record_id", UUID(as_uuid=False), nullable=False),
    Column("refused_on", Date, nullable=False),
    PrimaryKeyConstraint("source", "source_id", "person_id"),
    Index(None, "person_id"),
    Index(None, "record_id"),
    Index(None, "refused_on"),
    info=REVIEWED,
)
"""A person of whom a refused record may be, which has its names and birth date: gone once the record is taken, has
waited too long, or the person goes. `record_id` is a keyed hash of the record's key and identity."""

record_decision = Table(
    "record_decision",
    metadata,
    Column("record_id", UUID(as_uuid=False), nullable=False),
    Column("person_id", UUID(as_uuid=False), nullable=False),
    *decision(),
    PrimaryKeyConstraint("record_id", "person_id", "number"),
    CheckConstraint("number > 0", name="number"),
    info=REVIEWED,
)
"""What agents decided of a refused record and a person, never changed nor deleted."""
