"""Give each table whose changes are noted a function of its own, whose plans PostgreSQL keeps; for migrations.

Until then its triggers gave `access.note_change` the expressions as arguments, and each event was planned anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_TRIGGERS = """
SELECT relname, tgname, tgargs FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = CAST(:schema AS regnamespace) AND tgname IN ('note_insert', 'note_update', 'note_delete')
ORDER BY relname
"""
_ROWS = {"insert": ("new_rows",), "update": ("new_rows", "old_rows"), "delete": ("old_rows",)}
_TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}
_NOTE = (
    "INSERT INTO access.change (person_id, source, owner, recorder, facts)"
    " SELECT DISTINCT * FROM ({}) r WHERE person_id IS NOT NULL;"
)
_FUNCTION = """CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql
SET search_path = '' SET enable_nestloop = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {insert}
    ELSIF TG_OP = 'UPDATE' THEN
        {update}
    ELSE
        {delete}
    END IF;
    RETURN NULL;
END
$$"""


def note_by_functions(connection: Connection, schema: str) -> None:
    """Make the functions of a schema of the arguments of its triggers, and have the triggers run them."""
    notes: dict[str, dict[str, str]] = {}
    for table, trigger, arguments in connection.execute(text(_TRIGGERS), {"schema": schema}):
        subject, owner, recorder, facts = bytes(arguments).decode().split("\0")[:4]
        event = trigger.removeprefix("note_")
        columns = f"{subject} AS person_id, '{schema}.{table}', {owner}, {recorder}, {facts}"
        rows = " UNION ".join(f"SELECT {columns} FROM {name} r" for name in _ROWS[event])  # noqa: S608 - our own names
        notes.setdefault(table, {})[event] = _NOTE.format(rows)
    for table, note in notes.items():
        function = f"{schema}.note_{table}"
        connection.exec_driver_sql(_FUNCTION.format(function, **note))
        for event, transition in _TRANSITIONS.items():
            connection.exec_driver_sql(f"DROP TRIGGER note_{event} ON {schema}.{table}")
            connection.exec_driver_sql(
                f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON {schema}.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
