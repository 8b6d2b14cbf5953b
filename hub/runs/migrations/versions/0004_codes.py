"""Counts of a run are numbers by code: the database refuses any other text in them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORMS = {"counts": "^[a-z_]+$", "refusals": "^[A-Z][A-Z0-9_]*$", "asides": "^[A-Z][A-Z0-9_]*$"}


def upgrade() -> None:
    """One check per column."""
    for column, form in FORMS.items():
        op.execute(
            f"ALTER TABLE runs.run ADD CONSTRAINT run_{column} CHECK (jsonb_typeof({column}) = 'object'"
            f""" AND NOT {column} @? 'strict $.keyvalue() ? (!(@.key like_regex "{form}")"""
            """ || @.value.type() != "number")')"""
        )
