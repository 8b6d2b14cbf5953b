"""Where each service is found, with an index: what is near a commune is read without reading the whole offer."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PLACES = """
ALTER TABLE offers.service ADD COLUMN at_latitude double precision, ADD COLUMN at_longitude double precision;
UPDATE offers.service SET at_latitude = latitude, at_longitude = longitude WHERE latitude IS NOT NULL;
UPDATE offers.service SET at_latitude = commune.latitude, at_longitude = commune.longitude
    FROM offers.commune WHERE commune.code = service.city_code AND service.latitude IS NULL;
CREATE INDEX service_at_latitude_at_longitude_idx ON offers.service (at_latitude, at_longitude)
"""


def upgrade() -> None:
    """Two columns, filled for the services that are there, and their index."""
    for statement in PLACES.split(";"):
        op.execute(statement)
