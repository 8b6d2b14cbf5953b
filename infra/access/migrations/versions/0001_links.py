"""Links between actors' scopes and people, what decides on a person's rows, and the sources' keys of people.

Query roles see the links of their transaction's scopes that are valid today, and the people so linked: without the
setting `spie.scopes` they see nothing. The setting is split once per statement, not per row.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

QUERIES = "access_query, people_query, appointments_query, offers_query, trainings_query"
INGESTS = "access_ingest, people_ingest, appointments_ingest, offers_ingest, trainings_ingest"

TABLES = """
CREATE TABLE access.link (
    person_id uuid NOT NULL,
    relation integer NOT NULL,
    scope_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (relation || ' ' || scope_id) STORED,
    valid_from date NOT NULL,
    valid_until date,
    origin text COLLATE "C" NOT NULL,
    origin_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (person_id, relation, scope_id, origin, origin_id),
    CONSTRAINT link_relation CHECK (relation IN (1, 2, 4, 8, 16, 32, 64)),
    CONSTRAINT link_self CHECK (relation <> 1 OR scope_id = person_id::text),
    CONSTRAINT link_validity CHECK (valid_until >= valid_from),
    CONSTRAINT link_scope CHECK (scope_id <> '' AND position(chr(31) IN scope_id) = 0)
);
CREATE INDEX link_key_person_id ON access.link (key, person_id);
CREATE INDEX link_person_id_key ON access.link (person_id, key);

CREATE TABLE access.person (
    person_id uuid PRIMARY KEY,
    department text COLLATE "C",
    brsa boolean NOT NULL DEFAULT false,
    referent_organisation text COLLATE "C",
    last_contact date,
    restrictions integer NOT NULL DEFAULT 0,
    CONSTRAINT person_restrictions CHECK (restrictions & 7168 = restrictions)
);

CREATE TABLE access.person_reference (
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (source, source_id)
);
CREATE INDEX person_reference_person_id ON access.person_reference (person_id)
"""

READING = f"""
CREATE POLICY scopes ON access.link FOR SELECT TO {QUERIES} USING (
    key = ANY ((SELECT string_to_array(current_setting('spie.scopes', true), chr(31)))::text[])
    AND valid_from <= CURRENT_DATE
    AND (valid_until IS NULL OR valid_until >= CURRENT_DATE)
);
CREATE POLICY linked ON access.person FOR SELECT TO {QUERIES} USING (
    EXISTS (SELECT FROM access.link WHERE link.person_id = person.person_id)
)
"""


def upgrade() -> None:
    """Three tables under forced row security."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table in ("link", "person", "person_reference"):
        op.execute(f"ALTER TABLE access.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE access.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON access.{table} TO {INGESTS}")
        op.execute(f"CREATE POLICY ingest ON access.{table} TO {INGESTS} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT ON access.link, access.person TO {QUERIES}")
    for statement in READING.split(";"):
        op.execute(statement)
