"""Who shares a household's dossier."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE people.household
    ADD COLUMN partner_id UUID,
    ADD CONSTRAINT household_partner_id_fkey FOREIGN KEY(partner_id) REFERENCES people.person (id) ON DELETE SET NULL;
CREATE INDEX household_partner_id_idx ON people.household (partner_id)
"""


def upgrade() -> None:
    """The column and its index; the table's row security stays."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
