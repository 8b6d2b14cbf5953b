"""Whether the person of a placement has a training project, by which the placement's own duration is longer."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column, filled from the projects."""
    op.execute("ALTER TABLE trainings.placement ADD COLUMN with_project boolean DEFAULT false NOT NULL")
    op.execute(
        "UPDATE trainings.placement SET with_project = true WHERE EXISTS ("
        "SELECT FROM trainings.training_project WHERE training_project.person_id = placement.person_id)"
    )
