"""Names and e-mail addresses of agents are seen in the transaction of an actor alone."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another policy for the query role."""
    op.execute("DROP POLICY query ON people.agent")
    op.execute(
        "CREATE POLICY query ON people.agent FOR SELECT TO people_query"
        " USING ((SELECT current_setting('spie.scopes', true)) <> '')"
    )
