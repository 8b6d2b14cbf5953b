"""A catalogue of nobody, with what a real one has: absent values, unknown structures, lists of several codes."""

from __future__ import annotations

from random import Random
from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Date, Double, Integer, Table

from subgraphs.offers.employer_tables import company, immersion_offer, job_posting
from subgraphs.offers.tables import referral_terms, service, structure
from subgraphs.trainings.tables import training, training_action, training_provider, training_session
from tests.conftest import Database
from tests.e2e.canary_columns import Personal
from tests.e2e.canary_model import insert

CODES = ("A1101", "numerique", "mobilite", "sante--acces-aux-soins", "31054", "etudiants")
ROWS_PER_TABLE = 7
TABLES = (
    structure,
    service,
    referral_terms,
    company,
    job_posting,
    immersion_offer,
    training_provider,
    training,
    training_action,
    training_session,
)
REFERENCES = {
    "service.structure_id": structure,
    "job_posting.company_id": company,
    "training.provider_id": training_provider,
    "training_action.training_id": training,
    "training_session.training_id": training,
}

SHARED_KEYS = {"referral_terms": "service"}
"""Tables whose rows bear the keys of another one's."""


async def fill(database: Database) -> None:
    """Write it."""
    random = Random(5)
    owner = await database.connect()
    try:
        for table in TABLES:
            for number in range(ROWS_PER_TABLE):
                values = {column.name: _value(random, table, column, number) for column in table.columns}
                await insert(owner, table.fullname, values)
    finally:
        await owner.close()


def _value(random: Random, table: Table, column: Column[Any], number: int) -> Any:
    leads = REFERENCES.get(f"{table.name}.{column.name}")
    if leads is not None:
        return f"{leads.name}-{random.randrange(ROWS_PER_TABLE + 1)}"
    if column.name in ("id", "source_id"):
        return f"{SHARED_KEYS.get(table.name, table.name)}-{number}"
    if column.name == "as_of":
        return f"2026-01-0{number + 1}T00:00:00Z"
    if column.nullable and random.random() < 0.2:
        return None
    closed = Personal(table, "").values(column)
    if closed:
        return random.choice(closed)
    if isinstance(column.type, ARRAY):
        return random.sample(CODES, random.randrange(4))
    if isinstance(column.type, Integer):
        return random.randrange(4)
    if isinstance(column.type, Boolean):
        return random.random() < 0.5
    if isinstance(column.type, Date):
        return f"2026-0{1 + random.randrange(9)}-15"
    if isinstance(column.type, Double):
        return 48 + random.randrange(100) / 100
    return f"{column.name} {random.randrange(4)}"
