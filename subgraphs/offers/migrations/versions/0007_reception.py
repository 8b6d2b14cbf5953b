"""How a structure is reached, how a service is mobilised and on which conditions: public as the rest."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE offers.structure ADD COLUMN phone text, ADD COLUMN email text, ADD COLUMN website text;
ALTER TABLE offers.service
    ADD COLUMN mobilisation_modes text[] COLLATE "C" NOT NULL DEFAULT '{}',
    ADD COLUMN conditions text;
ALTER TABLE offers.service ALTER COLUMN mobilisation_modes DROP DEFAULT
"""


def upgrade() -> None:
    """Columns alone; a service has no mode until its source describes it again."""
    for statement in COLUMNS.split(";"):
        op.execute(statement)
