"""Where each structure is found, with an index: a search around a place reads what is near only."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLACES = """
ALTER TABLE offers.structure ADD COLUMN at_latitude double precision, ADD COLUMN at_longitude double precision;
UPDATE offers.structure SET at_latitude = latitude, at_longitude = longitude WHERE latitude IS NOT NULL;
UPDATE offers.structure SET at_latitude = commune.latitude, at_longitude = commune.longitude
    FROM offers.commune WHERE commune.code = structure.city_code AND structure.latitude IS NULL;
CREATE INDEX structure_at_latitude_at_longitude_idx ON offers.structure (at_latitude, at_longitude)
"""


def upgrade() -> None:
    """Two columns, filled for the structures that are there, and their index."""
    for statement in PLACES.split(";"):
        op.execute(statement)
