"""`hub ingest`: the demo's own files by every source, twice; and files with a fault, told and never half-written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest

from demo import source_files
from demo.anomaly_files import REFUSED
from demo.rdvi_files import ORGANISATION_MAP
from hub.errors import StartRefused
from hub.ingest import SOURCES, read_organisations
from tests.cli.commands import Result, ingest
from tests.conftest import Database

TODAY = date(2026, 11, 24)
AS_OF = ("--as-of", "2026-11-24")


def write(folder: Path, database: Database) -> dict[str, tuple[Path, ...]]:
    return source_files.write(folder, TODAY, database.keys.webhook("rdv-insertion"))


def written(result: Result) -> int:
    """Rows that the summary says were written."""
    match = re.search(r"Lignes écrites dans la base : (\d+)\.", result.out)
    assert match is not None, result
    return int(match[1])


async def stored(database: Database) -> int:
    """Records that any source has left."""
    connection = await database.connect()
    try:
        schemas = ("people", "appointments", "offers", "trainings")
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY ($1) AND tablename = 'source_record'",
            schemas,
        )
        assert tables
        counts = [await connection.fetchval(f"SELECT count(*) FROM {schema}.{table}") for schema, table in tables]
        return sum(counts)
    finally:
        await connection.close()


def test_every_source_reads_the_demos_files_and_the_second_time_writes_nothing(
    fresh_database: Database, tmp_path: Path
) -> None:
    organisations = tmp_path / "organisations.toml"
    organisations.write_text(
        "".join(
            f'[{key}]\nsiret = "{organisation.siret}"\ntype = "{organisation.type}"\n'
            for key, organisation in ORGANISATION_MAP.items()
        )
    )
    paths = write(tmp_path, fresh_database)
    assert paths.keys() <= SOURCES.keys()
    options = (*AS_OF, "--organisations", organisations)
    for source in paths:  # in the order of the demo: the people before what is about them
        sound = [path for path in paths[source] if "anomalie" not in path.name]
        first = ingest(fresh_database, source, *sound, *options)
        assert first.code == 0, first
        assert "créés" in first.out
        assert written(first) > 0
        second = ingest(fresh_database, source, *sound, *options)
        assert second.code == 0, second
        assert "inchangés" in second.out
        assert "créés" not in second.out
        assert written(second) == 0
    for source, codes in REFUSED.items():
        refused = ingest(fresh_database, source, *(path for path in paths[source] if "anomalie" in path.name), *options)
        assert refused.code == 1, refused
        assert [code for code in codes if code not in refused.out] == []
        assert written(refused) == codes.count("MATCH_SEVERAL")  # people who may be one are kept for review


def half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def replacing(old: str, new: bytes, encoding: str = "windows-1252") -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        content = path.read_bytes()
        assert old.encode(encoding) in content
        path.write_bytes(content.replace(old.encode(encoding), new))

    return spoil


def signed_by_another(path: Path) -> None:
    headers = path.with_suffix(".headers.json")
    headers.write_bytes(orjson.dumps({**orjson.loads(headers.read_bytes()), "X-RDVI-SIGNATURE": "0" * 64}))


FAULTS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "truncated XML": ("cnaf-flux", half, "TRUNCATED"),
    "a byte of no encoding": ("cnaf-flux", replacing("<PRENOM>", b"<PRENOM>\x81"), "ENCODING_WRONG"),
    "an encoding not supported": ("cnaf-flux", replacing("windows-1252", b"utf-16"), "ENCODING_UNSUPPORTED"),
    "zeros lost to a spreadsheet": ("ft-extrait", replacing(";08;", b";8;", "utf-8"), "LEADING_ZERO_LOST"),
    "signed by another": ("rdv-insertion", signed_by_another, "WEBHOOK_SIGNATURE"),
    "a body that was touched": ("rdv-insertion", replacing("maelle", b"mbelle", "utf-8"), "WEBHOOK_SIGNATURE"),
    "no headers": ("rdv-insertion", lambda path: path.with_suffix(".headers.json").unlink(), "HEADERS_MISSING"),
    "truncated JSON": ("emplois", half, "TRUNCATED"),
    "a file that is not there": ("cnaf-flux", Path.unlink, "FILE_UNREADABLE"),
    "another system's file": ("cnaf-flux", lambda path: path.write_text("MATRICULE;NOM\n"), "FORMAT_UNKNOWN"),
}


@pytest.mark.parametrize(("source", "spoil", "code"), FAULTS.values(), ids=FAULTS)
async def test_a_faulty_file_ends_in_its_code_place_and_mend_and_writes_nothing_by_halves(
    fresh_database: Database, tmp_path: Path, source: str, spoil: Callable[[Path], object], code: str
) -> None:
    path = write(tmp_path, fresh_database)[source][0]
    spoil(path)
    records_before = await stored(fresh_database)

    result = ingest(fresh_database, source, path, *AS_OF)

    assert result.code == 1, result
    assert "Traceback" not in result.err
    assert result.err == ""
    for text in (f"{code} — {path.name} (", " : "):
        assert text in result.out, result.out
    assert "maëlle" not in result.out.lower()
    records_after = await stored(fresh_database)
    accepted = sum(map(int, re.findall(r"(\d+) créés", result.out)))
    assert records_after - records_before == accepted, (
        "a record counted as refused has left something, or the other way round"
    )

    sound_path = write(tmp_path, fresh_database)[source][0]
    assert code not in ingest(fresh_database, source, sound_path, *AS_OF).out


async def test_what_the_database_refuses_of_a_command_is_one_line_that_quotes_no_value(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path, fresh_database)["cnaf-flux"][0]
    connection = await fresh_database.connect()
    await connection.execute("REVOKE INSERT ON people.identity FROM people_ingest")
    await connection.close()

    result = ingest(fresh_database, "cnaf-flux", path)

    line = result.check_refused("DATABASE_REFUSED")
    assert "identity" not in line
    assert result.out == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[91]\nsiret = "9990001"\ntype = "autre"\n', "organisations.toml:2: « siret » n'a pas la forme attendue"),
        ('[91]\nsiret = "99900010100001"\n', "organisations.toml:1: la clé « type » manque"),
        ('[91]\nsiret = "99900010100001"\ntype = "autre"\nnom = "x"\n', "organisations.toml:4: « nom »"),
        ("[91\n", "organisations.toml:1: ce n'est pas du TOML"),
    ],
)
def test_a_fault_in_the_file_of_organisations_is_told_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "organisations.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StartRefused) as refusal:
        read_organisations(path)
    assert refusal.value.code == "ORGANISATIONS_INVALID"
    assert problem in refusal.value.message
