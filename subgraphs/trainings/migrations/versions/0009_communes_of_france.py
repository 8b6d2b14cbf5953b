"""The place of the sessions whose commune is known since the reference file holds the whole country."""

from alembic import op
from sqlalchemy import text

from subgraphs.kit.communes import communes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNPLACED = (
    "SELECT DISTINCT city_code FROM trainings.training_session WHERE at_latitude IS NULL AND city_code IS NOT NULL"
)
PLACED = text(
    "UPDATE trainings.training_session SET at_latitude = :latitude, at_longitude = :longitude"
    " WHERE city_code = :code AND at_latitude IS NULL"
)


def upgrade() -> None:
    """Place the sessions by the reference file at this revision."""
    connection = op.get_bind()
    op.execute("ALTER TABLE trainings.training_session NO FORCE ROW LEVEL SECURITY")
    codes = connection.execute(text(UNPLACED)).scalars().all()
    for code in codes:
        commune = communes().get(code)
        if commune is not None:
            place = {"code": code, "latitude": commune.latitude, "longitude": commune.longitude}
            connection.execute(PLACED, place)
    op.execute("ALTER TABLE trainings.training_session FORCE ROW LEVEL SECURITY")
