"""The migrations of `people` make what its tables and types declare, row security included."""

from subgraphs.kit import access
from subgraphs.people.person_rows import CONSOLIDATED
from subgraphs.people.tables import identity, metadata, person, source_record
from subgraphs.people.types import TYPES
from tests.conftest import Database
from tests.schema_state import states


async def test_the_migrated_schema_is_the_declared_one(database: Database) -> None:
    schemas = await states(database, metadata, TYPES)
    assert not schemas.differences, "\n".join([f"subgraphs/{metadata.schema}/migrations:", *schemas.differences])
    assert all(schemas.migrated.values())


async def test_tables_that_each_file_dates_anew_leave_room_in_their_pages(database: Database) -> None:
    connection = await database.connect()
    roomy = await connection.fetch(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE 'fillfactor=90' = ANY (reloptions)"
    )
    await connection.close()
    dated_anew = {person, identity, source_record, access.person, *CONSOLIDATED}
    assert {row["name"] for row in roomy} == {table.fullname for table in dated_anew}
