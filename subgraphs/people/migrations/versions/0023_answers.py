"""What the questionnaire of the CNAF (DSP) adds: the highest diploma, the driving licence, a means of transport."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

DIPLOMAS = "('LICENCE_OU_PLUS', 'BAC_PLUS_2', 'BACCALAUREAT', 'CAP_BEP', 'BREVET_OU_SANS', 'AUCUN')"


def upgrade() -> None:
    """Add the columns."""
    for table in ("identity", "person"):
        op.execute(f"ALTER TABLE people.{table} ADD COLUMN driving_licence boolean, ADD COLUMN own_transport boolean")
    for table in ("identity", "education"):
        op.execute(
            f"ALTER TABLE people.{table} ADD COLUMN diploma text,"
            f" ADD CONSTRAINT {table}_diploma_check CHECK (diploma IN {DIPLOMAS})"
        )
