"""After an upgrade, what was held before tells what naming it reveals, as if its source had told it again."""

from __future__ import annotations

from uuid import uuid4

from infra.migrate import migrate
from tests.conftest import Database
from tests.sources.ingestion import rows

BEFORE = {"offers": "0021", "trainings": "0014", "appointments": "0014"}
"""The migrations that the registry's names in full came after."""
HELD = """
INSERT INTO offers.structure (id, producer, name, networks, sensitivity, source, source_id, as_of) VALUES
    ('s--1', 's', 'Centres médico-psychologiques', '{}', NULL, 's', '1', now()),
    ('s--2', 's', 'Le Plateau', '{unea}', NULL, 's', '2', now()),
    ('s--3', 's', 'Le Pont', '{aci}', NULL, 's', '3', now()),
    ('s--4', 's', 'Centre médico-psychologique', '{}', 'JUST', 's', '4', now());
INSERT INTO offers.company (id, name, kind, sensitivity, source, source_id, as_of) VALUES
    ('e--1', 'Établissement et service d''aide par le travail', 'EI', NULL, 'e', '1', now());
INSERT INTO offers.immersion_agreement
    (id, person_id, status, siret, company_name, agency_kind, starts_on, ends_on, source, source_id, as_of) VALUES
    (gen_random_uuid(), '{person}', 'READY_TO_SIGN', '13003013300016', 'Accueil d''usagers de drogues', 'autre',
     '2026-11-01', '2026-11-05', 'i', '1', now());
INSERT INTO trainings.training_provider (id, siret, name, source, source_id, as_of) VALUES
    ('t--1', '13003013300016', 'Services d''accompagnement à la vie sociale', 't', '1', now());
INSERT INTO appointments.organisation (id, name, sensitivity, source, source_id, as_of) VALUES
    (gen_random_uuid(), 'Unité éducative', 'UNKNOWN', 'r', '1', now()),
    (gen_random_uuid(), 'Association du Pont', 'UNKNOWN', 'r', '2', now());
"""
TOLD = """
SELECT id, sensitivity FROM offers.structure UNION ALL SELECT id, sensitivity FROM offers.company
UNION ALL SELECT company_name, sensitivity FROM offers.immersion_agreement
UNION ALL SELECT id, sensitivity FROM trainings.training_provider
UNION ALL SELECT name, sensitivity FROM appointments.organisation
"""


async def test_an_upgrade_closes_what_was_held_and_reveals(fresh_database: Database) -> None:
    connection = await fresh_database.connect()
    await connection.execute(HELD.replace("{person}", str(uuid4())))
    for schema, version in BEFORE.items():
        await connection.execute(f"UPDATE {schema}.alembic_version SET version_num = '{version}'")
    await connection.close()
    await migrate(fresh_database.admin_dsn, fresh_database.keys)
    told = {row["id"]: row["sensitivity"] for row in await rows(fresh_database, TOLD)}
    assert told == {
        "s--1": "SAN",
        "s--2": "SAN",
        "s--3": None,
        "s--4": "JUST",
        "e--1": "SAN",
        "Accueil d'usagers de drogues": "SAN",
        "t--1": "SAN",
        "Unité éducative": "JUST",
        "Association du Pont": "UNKNOWN",
    }
    forced = await rows(
        fresh_database,
        "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'offers.immersion_agreement'::regclass",
    )
    assert forced == [{"relforcerowsecurity": True}]
