"""The migrations of `people` make what its tables and types declare, row security included."""

from subgraphs.people.tables import metadata
from subgraphs.people.types import TYPES
from tests.conftest import Database
from tests.schema_state import states


async def test_the_migrated_schema_is_the_declared_one(database: Database) -> None:
    schemas = await states(database, metadata, TYPES)
    assert not schemas.differences, "\n".join([f"subgraphs/{metadata.schema}/migrations:", *schemas.differences])
    assert all(schemas.migrated.values())
