"""What naming an employer, a host or an agency reveals of a person, as a category.

The kinds of what is held already tell it; a name that does, from when its source tells it again.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE offers.company
    ADD COLUMN sensitivity text COLLATE "C",
    ADD CONSTRAINT company_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'));
UPDATE offers.company SET sensitivity = 'SAN' WHERE kind IN ('EA', 'EATT');
ALTER TABLE offers.immersion_agreement
    ADD COLUMN sensitivity text COLLATE "C",
    ADD CONSTRAINT immersion_agreement_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'));
UPDATE offers.immersion_agreement SET sensitivity = 'SAN' WHERE agency_kind = 'cap-emploi';
UPDATE offers.structure SET sensitivity = 'SAN' WHERE sensitivity IS NULL
    AND networks && ARRAY['cap-emploi-reseau-cheops']
"""


def upgrade() -> None:
    """Two columns, filled by kind."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
