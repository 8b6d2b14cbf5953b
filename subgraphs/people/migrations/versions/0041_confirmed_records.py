"""A confirmed record is taken as an own person, with what the agent decided (docs/decisions/0152)."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """Ingestion says of two people what an agent has decided of a record; it changes and deletes no decision."""
    op.execute("CREATE INDEX match_decision_other_person_id_idx ON people.match_decision (other_person_id)")
    op.execute("GRANT INSERT ON people.match_decision TO people_ingest")
