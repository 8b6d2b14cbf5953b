"""What naming a structure reveals, as a category, in place of a flag: the person itself reads it, and others may not.

A structure that was flagged by its name alone is taken for the strictest, until its source describes it again.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE offers.structure
    ADD COLUMN sensitivity text COLLATE "C",
    ADD CONSTRAINT structure_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'));
UPDATE offers.structure SET sensitivity = CASE
    WHEN networks && ARRAY['spip', 'pjj', 'ase', 'cidff'] THEN 'JUST'
    WHEN networks && ARRAY['cada', 'cph', 'huda'] THEN 'SEJ'
    WHEN networks && ARRAY['csapa', 'caarud', 'cmp', 'esat', 'mdph', 'maison-departementale-de-lautonomie'] THEN 'SAN'
    ELSE 'JUST' END WHERE sensitive;
ALTER TABLE offers.structure DROP COLUMN sensitive
"""


def upgrade() -> None:
    """One column for another."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
