"""What naming a training provider reveals of a person, as a category; filled when the catalogue describes it again."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENT = """
ALTER TABLE trainings.training_provider
    ADD COLUMN sensitivity text COLLATE "C",
    ADD CONSTRAINT training_provider_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'))
"""


def upgrade() -> None:
    """A column."""
    op.execute(STATEMENT)
