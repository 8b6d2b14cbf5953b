"""The links of a row's person are looked up row by row, never all of an actor's (docs/decisions/0153)."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None
expands = True

TABLES = (
    "allocations",
    "contact",
    "disability",
    "education",
    "exercised_right",
    "household",
    "identifier",
    "identity",
    "person_constraint",
    "project",
    "referent",
    "registration",
    "resources",
    "rsa",
)
LINKED = "EXISTS (SELECT FROM access.link WHERE link.person_id = {} OFFSET 0)"
OURS = "source = 'hub'"
OWN = "{} = (SELECT current_setting('spie.organisation', true))"
RECORDERS = {"person_constraint": "recorded_by", "referent": "organisation_siret"}
SERVED = "coalesce((SELECT survivor_id FROM access.merged WHERE merged.person_id = {0}), {0})"
REVIEWED = {
    "match_candidate": ("person_id", "other_person_id"),
    "match_decision": ("person_id", "other_person_id"),
    "record_candidate": ("person_id",),
    "record_decision": ("person_id",),
}


def upgrade() -> None:
    """The policies of reading, of writing and of review."""
    op.execute(f"ALTER POLICY query ON people.person USING ({LINKED.format('person.id')})")
    for table in TABLES:
        op.execute(f"ALTER POLICY query ON people.{table} USING ({LINKED.format(f'{table}.person_id')})")
    for table, recorder in RECORDERS.items():
        linked, own = LINKED.format(f"{table}.person_id"), OWN.format(recorder)
        op.execute(f"ALTER POLICY creation ON people.{table} WITH CHECK ({linked} AND {OURS} AND {own})")
        op.execute(f"ALTER POLICY change ON people.{table} USING ({linked}) WITH CHECK ({linked} AND {OURS})")
    for table, columns in REVIEWED.items():
        linked = " AND ".join(LINKED.format(SERVED.format(f"{table}.{column}")) for column in columns)
        op.execute(f"ALTER POLICY review ON people.{table} USING ({linked}) WITH CHECK ({linked})")
