"""Where each session is found, with an index: a search around a place reads what is near only."""

from alembic import op

from subgraphs.kit import communes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    "ALTER TABLE trainings.training_session"
    " ADD COLUMN at_latitude double precision, ADD COLUMN at_longitude double precision"
)
INDEX = (
    "CREATE INDEX training_session_at_latitude_at_longitude_idx"
    " ON trainings.training_session (at_latitude, at_longitude)"
)
FILLED = (
    "UPDATE trainings.training_session SET at_latitude = known.latitude, at_longitude = known.longitude"
    " FROM (VALUES {}) AS known (code, latitude, longitude) WHERE known.code = training_session.city_code"
)


def upgrade() -> None:
    """Two columns, filled by the communes of the reference file at this revision, and their index."""
    op.execute(COLUMNS)
    rows = (f"('{commune.code}', {commune.latitude!r}, {commune.longitude!r})" for commune in communes.load().values())
    op.execute(FILLED.format(", ".join(rows)))
    op.execute(INDEX)
