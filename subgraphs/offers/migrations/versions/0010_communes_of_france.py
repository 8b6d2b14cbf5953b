"""The communes of the whole country, and the place of what they situate."""

from alembic import op
from sqlalchemy import text

from subgraphs.kit.communes import communes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("commune", "structure", "service")
FILLED = text(
    "INSERT INTO offers.commune (code, name, latitude, longitude)"
    " SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:latitudes AS double precision[]),"
    " CAST(:longitudes AS double precision[]))"
)
PLACED = (
    "UPDATE offers.{table} SET at_latitude = commune.latitude, at_longitude = commune.longitude"
    " FROM offers.commune WHERE commune.code = {table}.city_code AND {table}.at_latitude IS NULL"
)


def upgrade() -> None:
    """Fill the table by the reference file at this revision; a former code has the place of the commune it is in."""
    rows = communes()
    for table in TABLES:
        op.execute(f"ALTER TABLE offers.{table} NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM offers.commune")
    op.get_bind().execute(
        FILLED,
        {
            "codes": list(rows),
            "names": [commune.name for commune in rows.values()],
            "latitudes": [commune.latitude for commune in rows.values()],
            "longitudes": [commune.longitude for commune in rows.values()],
        },
    )
    for table in ("structure", "service"):
        op.execute(PLACED.format(table=table))
    for table in TABLES:
        op.execute(f"ALTER TABLE offers.{table} FORCE ROW LEVEL SECURITY")
