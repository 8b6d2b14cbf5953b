"""Indexes of the search in the public catalogue, one for each input that finds few rows."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    "CREATE INDEX training_rome_codes_idx ON trainings.training USING gin (rome_codes)",
    "CREATE INDEX training_formacodes_idx ON trainings.training USING gin (formacodes)",
    "CREATE INDEX training_session_starts_on_idx ON trainings.training_session USING btree (starts_on)",
    "CREATE INDEX training_session_city_code_idx ON trainings.training_session USING btree (city_code)",
)


def upgrade() -> None:
    """Nothing but indexes."""
    for statement in INDEXES:
        op.execute(statement)
