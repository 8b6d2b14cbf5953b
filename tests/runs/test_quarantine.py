"""Refused records wait encrypted, are listed by code and place, and are read again; nothing of a person is readable."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import msgspec
import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from demo import source_files
from hub.ingest import SOURCES, find_source
from hub.refused_records import UNKEPT, keep_refused
from hub.retry import _files
from hub.runs.quarantine import Content, Refusal, Seal, Waiting, quarantine
from infra.keys import Keys
from infra.role_names import LOGINS, QUARANTINE_KEEPER, QUARANTINE_WRITER
from schema.overlapping_keys import NONCE
from subgraphs.kit.ingest.unit_of_work import Options, Session
from tests.cli.commands import Result, hub, ingest
from tests.conftest import Database

AS_OF = ("--as-of", "2026-11-24")
CANARY, NIR = "Zyxwvut", "285077800608491"
PLACEMENT = {
    "positionnement": "POS-1",
    "maj": "2026-11-24T10:00:00+00:00",
    "usager": {"source": "rdv-insertion", "reference": CANARY},
    "action": "ACT-1",
    "session": "SES-1",
    "siret": "99900030800011",
    "etat": "PROPOSE",
    "dates": {"proposition": "2026-11-01"},
}


def demo_files(folder: Path, database: Database) -> dict[str, tuple[Path, ...]]:
    return source_files.write(folder, date(2026, 11, 24), database.keys.webhook("rdv-insertion"))


def waiting(database: Database, *arguments: object) -> list[dict[str, object]]:
    """What `hub quarantine --json` says."""
    keys = database.keys.directory
    result = hub("quarantine", *arguments, "--json", "--keys", keys, database_url=database.admin_dsn)
    assert result.code == 0, result
    records: list[dict[str, object]] = orjson.loads(result.out)
    return records


def refused(database: Database) -> dict[str, Counter[object]]:
    """The records refused by the last run of each source, by code, but those that may not be kept."""
    result = hub("sources", "--json", "--keys", database.keys.directory, database_url=database.admin_dsn)
    runs = {status["source"]: status["runs"][0]["refusals"] for status in orjson.loads(result.out) if status["runs"]}
    proven = {source: Counter({c: n for c, n in codes.items() if c not in UNKEPT}) for source, codes in runs.items()}
    return {source: codes for source, codes in proven.items() if codes}


def retry(database: Database, source: str) -> Result:
    return ingest(database, source, "--retry")


def test_each_source_says_how_its_files_are_cut() -> None:
    assert [name for name, source in SOURCES.items() if not hasattr(source, "pieces")] == []


def test_each_refused_record_of_every_source_waits_with_its_code_and_comes_back_refused_the_same(
    fresh_database: Database, tmp_path: Path
) -> None:
    """A retry without a mend reads exactly the same record: it is refused by the same code, and still waits."""
    paths = demo_files(tmp_path, fresh_database)
    for source in paths:
        ingest(fresh_database, source, *paths[source], *AS_OF)
    before = waiting(fresh_database)
    refusals = refused(fresh_database)
    assert len(refusals) > 6
    assert {record["source"] for record in before} == {*refusals}
    for source, codes in refusals.items():
        records = [record for record in before if record["source"] == source]
        assert Counter(record["code"] for record in records) == codes, source
        assert all(record["retriable"] for record in records), source
        result = retry(fresh_database, source)
        assert result.code == 1, result
        assert "Traceback" not in result.err
    assert waiting(fresh_database) == before


async def test_a_record_that_was_mended_is_taken_by_a_retry_and_leaves_the_quarantine(
    fresh_database: Database, tmp_path: Path
) -> None:
    """A placement of a person whom no file had named yet: once one has, the retry takes it."""
    paths = demo_files(tmp_path, fresh_database)
    ingest(fresh_database, "ouiform", *paths["ouiform"][:1], *AS_OF)
    unknown = waiting(fresh_database, "ouiform")
    assert unknown
    assert {record["code"] for record in unknown} <= {"PERSON_UNKNOWN"}
    for source in paths:
        if source != "ouiform":
            ingest(fresh_database, source, *(p for p in paths[source] if "anomalie" not in p.name), *AS_OF)

    result = retry(fresh_database, "ouiform")

    assert result.code == 0, result
    assert f"ouiform : {len(unknown)} enregistrements lus — {len(unknown)} créés." in result.out
    assert waiting(fresh_database, "ouiform") == []
    assert "rien" in retry(fresh_database, "ouiform").out
    again = ingest(fresh_database, "ouiform", *paths["ouiform"][:1], *AS_OF)
    assert "Lignes écrites dans la base : 0." in again.out


async def test_a_file_given_again_replaces_what_waited_of_it(fresh_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "positionnements.jsonl"
    path.write_bytes(orjson.dumps(PLACEMENT) + b"\n" + orjson.dumps(PLACEMENT) + b"\n\n{\n")
    for _ in range(2):
        ingest(fresh_database, "ouiform", path)
        assert [record["record"] for record in waiting(fresh_database)] == [1, 2, 3]


async def test_of_a_file_written_anew_before_its_refusals_are_kept_nothing_is_kept(
    fresh_database: Database, tmp_path: Path
) -> None:
    """The refused places would be those of other people's records."""
    path = tmp_path / "positionnements.jsonl"
    path.write_bytes(orjson.dumps(PLACEMENT))
    connection = await fresh_database.connect(SOURCES["ouiform"].role)
    source = find_source("ouiform", fresh_database.keys).source
    try:
        report = await source.ingest([path], Options(), Session(connection))
    finally:
        await connection.close()
    path.write_bytes(orjson.dumps({**PLACEMENT, "positionnement": CANARY}))
    seal = Seal(fresh_database.keys.quarantine)
    await keep_refused(source, Options(), report, fresh_database.dsn(QUARANTINE_WRITER), seal)
    assert [record["retriable"] for record in waiting(fresh_database)] == [False]


def forms_of(text: str) -> list[str]:
    """What a value may look like in a dump."""
    raw = text.encode()
    return [text, raw.hex(), b64encode(raw).decode()]


async def dumped(database: Database) -> str:
    """Both schemas as text, as a dump has them."""
    connection = await database.connect()
    try:
        tables = await connection.fetch(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('runs', 'quarantine')"
        )
        rows = [await connection.fetch(f"SELECT t::text FROM {table} AS t") for (table,) in tables]
        return "\n".join(row[0] for table in rows for row in table)
    finally:
        await connection.close()


async def test_nothing_of_a_person_is_readable_in_tables_lists_or_logs(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / f"{CANARY}_{NIR}.jsonl"
    record = {**PLACEMENT, "usager": {"source": CANARY, "reference": NIR}, CANARY: NIR}
    path.write_bytes(orjson.dumps(record) + b"\n" + f'{{"{CANARY}": "{NIR}"\n'.encode())

    ingest(fresh_database, "ouiform", path)
    keys = fresh_database.keys.directory
    table = hub("quarantine", "--keys", keys, database_url=fresh_database.admin_dsn)
    again = retry(fresh_database, "ouiform")

    assert len(waiting(fresh_database)) == 2
    dump = await dumped(fresh_database)
    assert "….jsonl" in dump
    for text in (CANARY, NIR):
        for form in forms_of(text):
            assert form not in dump
        assert text not in table.out + table.err
        assert text not in again.out + again.err
        assert text not in orjson.dumps(waiting(fresh_database)).decode()


async def test_only_the_key_opens_a_record_and_only_where_it_was_sealed(fresh_database: Database) -> None:
    content = Content(b"secret", ".csv", 1_000, None, None)
    refusal = Refusal("a" * 64, 1, "a.csv", "ROW_SHAPE", content)
    second_refusal = Refusal("a" * 64, 2, "a.csv", "ROW_SHAPE", content)
    seal = Seal(fresh_database.keys.quarantine)
    async with quarantine(fresh_database.dsn(QUARANTINE_WRITER)) as store:
        await store.keep("orientations", ["a" * 64], [refusal, second_refusal], seal)
    async with quarantine(fresh_database.dsn(QUARANTINE_KEEPER)) as store:
        first, second = await store.waiting()
    assert first.sealed != second.sealed
    assert seal.open(first) == content
    moved = type(first)(1, "orientations", "a" * 64, 2, "a.csv", "ROW_SHAPE", first.refused_at, first.sealed)
    for wrong_seal, record in ((Seal(b"k" * 32), first), (seal, moved)):
        with pytest.raises(Exception, match="QUARANTINE_KEY"):
            wrong_seal.open(record)


async def test_what_was_sealed_before_senders_were_held_is_not_read_again(fresh_database: Database) -> None:
    seal, digest = Seal(fresh_database.keys.quarantine), "a" * 64
    older = {"body": orjson.dumps(PLACEMENT), "suffix": ".jsonl", "written": 1_000}
    nonce = b"n" * NONCE
    bound = f"ouiform {digest} 1".encode()
    sealed = nonce + AESGCM(fresh_database.keys.quarantine).encrypt(nonce, msgspec.msgpack.encode(older), bound)
    record = Waiting(1, "ouiform", digest, 1, "a.jsonl", "ROW_SHAPE", datetime.now(UTC), sealed)
    assert seal.open(record) is None


async def test_a_lost_key_is_told_and_nothing_is_forgotten(fresh_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "positionnements.jsonl"
    path.write_bytes(orjson.dumps(PLACEMENT))
    ingest(fresh_database, "ouiform", path)
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for key in fresh_database.keys.directory.iterdir():
        (keys / key.name).write_bytes(key.read_bytes())
        (keys / key.name).chmod(0o600)
    (keys / "quarantine").unlink()
    arguments = ("ingest", "ouiform", "--retry", "--keys", keys)
    assert "quarantine" in hub(*arguments, database_url=fresh_database.admin_dsn).check_refused("KEYS_MISSING")
    assert Keys.initialise(keys) == ["quarantine"]
    hub(*arguments, database_url=fresh_database.admin_dsn).check_refused("QUARANTINE_KEY")
    assert len(waiting(fresh_database)) == 1


async def test_a_record_that_waited_too_long_is_not_shown_and_goes_with_the_next_ingestion(
    fresh_database: Database, tmp_path: Path
) -> None:
    paths = demo_files(tmp_path, fresh_database)
    ingest(fresh_database, "ouiform", paths["ouiform"][-1])
    connection = await fresh_database.connect()
    await connection.execute("UPDATE quarantine.record SET refused_at = now() - interval '30 days 1 second'")
    assert waiting(fresh_database) == []
    assert await connection.fetchval("SELECT count(*) FROM quarantine.record") > 0
    ingest(fresh_database, "lheo", paths["lheo"][0], *AS_OF)
    assert await connection.fetchval("SELECT count(*) FROM quarantine.record") == 0
    await connection.close()


async def test_no_other_role_reads_the_quarantine(fresh_database: Database) -> None:
    for role in {*LOGINS} - {QUARANTINE_KEEPER}:
        connection = await fresh_database.connect(role)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM quarantine.record")
        await connection.close()


def test_files_and_a_retry_are_not_given_together_and_one_of_them_is(fresh_database: Database, tmp_path: Path) -> None:
    ingest(fresh_database, "orientations").check_refused("ARGUMENT_MISSING")
    ingest(fresh_database, "orientations", tmp_path / "a.json", "--retry").check_refused("ARGUMENT_UNEXPECTED")


def test_a_retry_puts_nothing_of_a_record_on_a_disk() -> None:
    """Its paths lead to memory, so that a process that is killed leaves links that lead nowhere."""
    record = Waiting(7, "orientations", "a" * 64, 1, "a.csv", "ROW_SHAPE", datetime.now(UTC), b"")
    with _files([(record, Content(CANARY.encode(), ".json", 1_000, None, None))]) as (path,):
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["7.json"]
        assert all(str(file.readlink()).startswith("/proc/self/fd/") for file in files)
        assert [file.read_text() for file in files] == [CANARY]
        assert path.stat().st_mtime_ns == 1_000
    assert not path.parent.exists()


def test_what_no_one_has_proven_to_come_from_a_source_is_not_kept(fresh_database: Database, tmp_path: Path) -> None:
    (path, *_) = demo_files(tmp_path, fresh_database)["rdv-insertion"]
    path.write_bytes(path.read_bytes() + b" ")
    assert "WEBHOOK_SIGNATURE" in ingest(fresh_database, "rdv-insertion", path).out
    assert waiting(fresh_database) == []
