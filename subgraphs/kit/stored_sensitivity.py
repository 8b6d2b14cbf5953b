"""Look up anew what naming the organisations of a table reveals; for migrations, after the registry has learnt more."""

from __future__ import annotations

from sqlalchemy import Connection, text

from subgraphs.kit.sensitive_organisations import UNKNOWN, strictest

_FORCED = "SELECT relforcerowsecurity FROM pg_class WHERE oid = CAST(:table AS regclass)"


def look_up_anew(connection: Connection, table: str, name: str, kind: str = "NULL") -> int:
    """Write what its name and its kind (or kinds) reveal into each row that tells nothing of it, as the owner of the
    table; returns the number of rows changed. What a row tells already stays."""
    forced = connection.execute(text(_FORCED), {"table": table}).scalar_one()
    if forced:
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    untold = f"SELECT ctid::text, {name}, {kind} FROM {table} WHERE COALESCE(sensitivity, :unknown) = :unknown"  # noqa: S608 - names of our catalogue
    changes = []
    for ctid, named, kinds in connection.execute(text(untold), {"unknown": UNKNOWN}).all():
        revealed = strictest(kinds if isinstance(kinds, list) else [kinds], named)
        if revealed is not None:
            changes.append({"ctid": ctid, "sensitivity": revealed})
    if changes:
        update = f"UPDATE {table} SET sensitivity = :sensitivity WHERE ctid = CAST(CAST(:ctid AS text) AS tid)"  # noqa: S608 - as above
        connection.execute(text(update), changes)
    if forced:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    return len(changes)
