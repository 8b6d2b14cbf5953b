"""A change that nobody sees but whoever reads absences is noted as such (docs/decisions/0107)."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FACTS = (
    "CASE (SELECT appointments.organisation.sensitivity FROM appointments.organisation WHERE appointm"
    "ents.organisation.id = r.organisation_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SE"
    "J' THEN 262144 ELSE 0 END"
    " | CASE WHEN r.id IN (SELECT id FROM old_rows o JOIN new_rows n USING (id)"
    " WHERE to_jsonb(o) - '{as_of,status,version}'::text[] = to_jsonb(n) - '{as_of,status,version}'::text[]"
    " AND CASE WHEN o.status IN ('ABSENT') THEN 'INCONNU' ELSE o.status END"
    " = CASE WHEN n.status IN ('ABSENT') THEN 'INCONNU' ELSE n.status END) THEN 524288 ELSE 0 END"
)


def upgrade() -> None:
    """The trigger of updates, written anew."""
    arguments = ", ".join(
        "'" + text.replace("'", "''") + "'" for text in ("r.person_id", "r.organisation_siret", "r.recorded_by", FACTS)
    )
    op.execute("DROP TRIGGER note_update ON appointments.appointment")
    op.execute(
        "CREATE TRIGGER note_update AFTER UPDATE ON appointments.appointment"
        " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
        f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})".replace(":", r"\:")
    )
