"""What the readers of the journal need: from when the person sees an entry, and entries by trace and by organisation.

An entry without `visible_from` is seen at once, as all those that are there.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE journal.entry ADD COLUMN visible_from timestamptz;
CREATE INDEX entry_trace ON journal.entry (trace) WHERE kind = 'DISCLOSURE';
CREATE INDEX entry_organisation ON journal.entry (organisation, at) WHERE kind = 'DISCLOSURE'
"""


def upgrade() -> None:
    """A column without a default and two indexes, on every month that is there and to come."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
