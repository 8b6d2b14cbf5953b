"""Whether a person is a beneficiary of the RSA on a day, as an API answers it beside the monthly flux."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OPEN = "('DROIT_OUVERT_VERSABLE', 'DROIT_OUVERT_ET_SUSPENDU', 'DROIT_OUVERT_VERSEMENT_SUSPENDU')"


def upgrade() -> None:
    """Add the columns; until an API is asked, the status says it."""
    op.execute(
        "ALTER TABLE people.identity ADD COLUMN rsa_beneficiary boolean, ADD COLUMN rsa_entitled_since date,"
        " ADD COLUMN rsa_increased boolean"
    )
    op.execute(
        "ALTER TABLE people.rsa ADD COLUMN beneficiary boolean, ADD COLUMN entitled_since date,"
        " ADD COLUMN increased boolean"
    )
    op.execute(f"UPDATE people.rsa SET beneficiary = status IN {OPEN} WHERE status IS NOT NULL")
