"""Whose keys were erased, and when: a backup made before still holds those keys.

docs/decisions says why; only `hub backup protections` reads it, and deletes what is older than any backup kept.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """One table, whose rows the keeper of keys adds."""
    op.execute(
        'CREATE TABLE journal_keys.forgotten (person text COLLATE "C" NOT NULL, at timestamptz NOT NULL DEFAULT now())'
    )
