"""What changed, by transaction: rows of people, the links and facts that decide who may read them.

docs/decisions/0101 says why. Triggers write it, so that no writer can forget it; no value of a row enters it.
"""

from alembic import op

from infra import role_names
from infra.role_names import INGEST, INGESTS, OWNERS

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WRITERS = ", ".join((*INGESTS, INGEST, *role_names.WRITERS, *OWNERS))
"""Ingestion, mutations, and the owners, as whom PostgreSQL deletes the rows that go with others."""
SCOPES = "key = ANY ((SELECT string_to_array(current_setting('spie.scopes', true), chr(31)))::text[])"
TRANSACTION = "bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)"
NUMBER = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
LINK = "person_id, relation, scope_id, valid_from, valid_until, origin, origin_id"
PERSON = "person_id, last_contact, restrictions, erasure_on"

TABLES = (
    f"""CREATE TABLE access.change (
        xid {TRANSACTION},
        person_id uuid NOT NULL,
        source text COLLATE "C" NOT NULL,
        owner text COLLATE "C",
        recorder text COLLATE "C",
        facts integer NOT NULL
    )""",
    "CREATE INDEX change_xid ON access.change (xid)",
    f"""CREATE TABLE access.link_change (
        number {NUMBER},
        xid {TRANSACTION},
        added boolean NOT NULL,
        person_id uuid NOT NULL,
        relation integer NOT NULL,
        scope_id text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (relation || ' ' || scope_id) STORED,
        valid_from date NOT NULL,
        valid_until date,
        origin text COLLATE "C" NOT NULL,
        origin_id text COLLATE "C" NOT NULL
    )""",
    "CREATE INDEX link_change_key_xid ON access.link_change (key, xid)",
    "CREATE INDEX link_change_person_id_key ON access.link_change (person_id, key)",
    f"""CREATE TABLE access.person_change (
        number {NUMBER},
        xid {TRANSACTION},
        added boolean NOT NULL,
        person_id uuid NOT NULL,
        last_contact date,
        restrictions integer NOT NULL,
        erasure_on date
    )""",
    "CREATE INDEX person_change_xid ON access.person_change (xid)",
    "CREATE INDEX person_change_person_id_xid ON access.person_change (person_id, xid)",
    f"CREATE TABLE access.change_mark (xid {TRANSACTION} PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
    "INSERT INTO access.change_mark DEFAULT VALUES",
)


def _noted(table: str, columns: str, before: str, after: str, condition: str) -> str:
    """The statements of a trigger function that add the rows that went and those that came."""
    differing = (
        "INSERT INTO access.{0} (added, {1}) SELECT {2}, {1} FROM"
        " (SELECT {1} FROM {3}{5} EXCEPT SELECT {1} FROM {4}{5}) r"
    )
    gone = differing.format(table, columns, "false", before, after, condition)
    come = differing.format(table, columns, "true", after, before, condition)
    return f"{gone}; {come};"


def _function(name: str, table: str, columns: str, condition: str = "") -> str:
    all_rows = "INSERT INTO access.{0} (added, {1}) SELECT {2}, {1} FROM {3}{4};"
    return f"""CREATE FUNCTION access.{name}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                {all_rows.format(table, columns, "true", "new_rows", condition)}
            ELSIF TG_OP = 'DELETE' THEN
                {all_rows.format(table, columns, "false", "old_rows", condition)}
            ELSE
                {_noted(table, columns, "old_rows", "new_rows", condition)}
            END IF;
            RETURN NULL;
        END $$"""


# The arguments are SQL over a row `r`: its person, its owner, who recorded it, bits of the categories for which it may
# be dropped (subgraphs/kit/change_sources.py writes them).
NOTE_CHANGE = """CREATE FUNCTION access.note_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
    DECLARE
        read text = format('SELECT %s AS person_id, %L, %s, %s, %s FROM ',
            TG_ARGV[0], TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]);
        rows text = CASE TG_OP
            WHEN 'INSERT' THEN read || 'new_rows r'
            WHEN 'DELETE' THEN read || 'old_rows r'
            ELSE read || 'new_rows r UNION ' || read || 'old_rows r'
        END;
    BEGIN
        EXECUTE 'INSERT INTO access.change (person_id, source, owner, recorder, facts)'
            ' SELECT DISTINCT * FROM (' || rows || ') r WHERE person_id IS NOT NULL';
        RETURN NULL;
    END $$"""
FUNCTIONS = (
    NOTE_CHANGE,
    _function("note_link_change", "link_change", LINK, " WHERE relation <> 128"),
    _function("note_person_change", "person_change", PERSON),
)
TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}
KNOWN = (
    "EXISTS (SELECT FROM access.link WHERE link.person_id = {0}.person_id)"
    " OR EXISTS (SELECT FROM access.link_change WHERE link_change.person_id = {0}.person_id)"
)


def upgrade() -> None:
    """Four tables, three functions, triggers, and a role that reads them for the scopes of its transaction."""
    for statement in (*TABLES, *FUNCTIONS):
        op.execute(statement.replace(":", r"\:"))
    for table in ("link", "person"):
        for event, transition in TRANSITIONS.items():
            op.execute(
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON access.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_{table}_change()"
            )
    for table in ("change", "link_change", "person_change", "change_mark"):
        op.execute(f"ALTER TABLE access.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE access.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY expire ON access.{table} TO access_owner USING (true)")
    op.execute("CREATE POLICY changes ON access.change_mark FOR SELECT TO changes_reader USING (true)")
    for table in ("change", "link_change", "person_change"):
        op.execute(f"GRANT INSERT ON access.{table} TO {WRITERS}")
        op.execute(f"CREATE POLICY note ON access.{table} FOR INSERT WITH CHECK (true)")
    op.execute(
        "GRANT SELECT ON access.link, access.person, access.merged, access.change, access.link_change,"
        " access.person_change, access.change_mark TO changes_reader"
    )
    for table in ("link", "link_change"):
        op.execute(f"CREATE POLICY changes ON access.{table} FOR SELECT TO changes_reader USING ({SCOPES})")
    for table in ("person", "person_change", "change", "merged"):
        op.execute(
            f"CREATE POLICY changes ON access.{table} FOR SELECT TO changes_reader USING ({KNOWN.format(table)})"
        )
