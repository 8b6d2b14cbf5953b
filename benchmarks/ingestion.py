"""`hub bench ingest`: CPU of an ingestion against that of a bare COPY of the rows that it leaves, in one run.

CPU is that of this process and of all processes of the PostgreSQL server, which must be on this machine and serve
nobody else meanwhile. Only ratios are compared: machines and moments differ. For each number of people, in a database
of its own that is dropped at the end: a flux of the CNAF is read, read again unchanged, and read as of the next day
with some foyers only; then all rows are taken out, the tables emptied, and the rows brought back by COPY.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy import MetaData

from benchmarks.server_cpu import Cost, spent
from demo.cast import BY_SLUG, Person
from demo.cnaf_files import flux
from hub.ingest import find_source, read_inputs
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import Dsn, dsn
from subgraphs.kit import access
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people import tables

SOURCE = "cnaf-flux"
DELTA = 50
"""One person of so many is in the file of the next day."""
COPY_GOAL, UNCHANGED_GOAL, GROWTH_GOAL = 10.0, 0.3, 1.2
"""CPU of a first reading by that of a COPY, of an unchanged file by that of a first reading, and of a person among the
most people by that of one among the fewest."""
METADATA: Sequence[MetaData] = (access.metadata, tables.metadata)


@dataclass(slots=True)
class Measure:
    """The steps of one number of people."""

    people: int
    first: Cost = field(default_factory=Cost)
    unchanged: Cost = field(default_factory=Cost)
    delta: Cost = field(default_factory=Cost)
    copy: Cost = field(default_factory=Cost)


async def bench(url: str, sizes: Sequence[int], keys: Keys) -> list[Measure]:
    """Measure these numbers of people in a database beside that of `url`, as its administrator."""
    parts = urlsplit(url)
    place = urlunsplit(parts._replace(path=f"{parts.path}_bench_ingest"))
    measures = []
    for people in sorted(sizes):
        async with _database(place, keys), _folder() as folder:
            measures.append(await _measure(place, people, folder, lambda role: dsn(place, role, keys), keys))
    return measures


async def _measure(place: str, people: int, folder: Path, addresses: Dsn, keys: Keys) -> Measure:
    measure, reader = Measure(people), find_source(SOURCE, keys)
    today = date(2026, 11, 1)
    files = {name: folder / f"{name}.xml" for name in ("first", "delta")}
    write_flux(files["first"], range(people), today)
    write_flux(files["delta"], range(0, people, DELTA), today + timedelta(days=1))
    watching = await asyncpg.connect(place)
    try:
        backend = await watching.fetchval("SELECT pg_backend_pid()")
        for cost, file in ((measure.first, "first"), (measure.unchanged, "first"), (measure.delta, "delta")):
            with spent(cost, backend):
                report = await read_inputs(reader, [files[file]], Options(), addresses)
            if not report.complete:
                raise RuntimeError(f"{report.codes.total()} records of {report.read} were refused")
        files_by_table = await _taken_out(watching, folder)
        await watching.execute("SET session_replication_role = replica")  # a bare COPY fires no trigger
        with spent(measure.copy, backend):
            for (schema, table, columns), path in files_by_table.items():
                await watching.copy_to_table(table, schema_name=schema, columns=columns, source=path)
    finally:
        await watching.close()
    return measure


async def _taken_out(
    connection: asyncpg.Connection[asyncpg.Record], folder: Path
) -> dict[tuple[str, str, tuple[str, ...]], Path]:
    """Write all rows of the tables that ingestion writes to files, by table and columns, and empty the tables."""
    files = {}
    tables_written = [table for metadata in METADATA for table in metadata.sorted_tables if table not in access.NOTED]
    for number, table in enumerate(tables_written):
        columns = tuple(str(column.name) for column in table.columns if column.computed is None)
        path = folder / str(number)
        await connection.copy_from_table(table.name, schema_name=table.schema, columns=columns, output=path)
        files[table.schema or "", table.name, columns] = path
    names = ", ".join(f"{schema}.{table}" for schema, table, _ in files)
    await connection.execute(f"TRUNCATE {names}")
    await connection.execute("CHECKPOINT")
    return files


@asynccontextmanager
async def _database(place: str, keys: Keys) -> AsyncIterator[None]:
    """A migrated database at this address, dropped at the end."""
    parts = urlsplit(place)
    server = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")))
    name = await server.fetchval("SELECT quote_ident($1)", parts.path.lstrip("/"))
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await migrate(place, keys)
        yield
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def write_flux(path: Path, numbers: Sequence[int], reference: date) -> None:
    """Write the foyers of people with these numbers, from 0 to 999,999: of each four, two live alone."""
    alone, couple = _template(reference, 1), _template(reference, 2)
    head, _, tail = alone[0]
    with path.open("w", encoding="windows-1252") as stream:
        stream.write(head)
        waiting = iter(numbers)
        for turn, number in enumerate(waiting):
            template, members = (alone, [number])
            if turn % 3 == 2 and (partner := next(waiting, None)) is not None:
                template, members = couple, [number, partner]
            foyer = template[0][1]
            for sentinel, values in zip(template[1], map(_values, members), strict=True):
                for old, new in zip(sentinel, values, strict=True):
                    foyer = foyer.replace(old, new)
            stream.write(foyer)
        stream.write(tail)


def _template(reference: date, size: int) -> tuple[tuple[str, str, str], list[tuple[str, ...]]]:
    """A file with one foyer of this size, cut around the foyer, and the texts of each adult that are replaced."""
    models = [
        replace(
            BY_SLUG["maelle"],
            slug="",
            number=990 + rank,
            dossier="9876543",
            last_name=f"NomModele{rank}",
            first_name=f"PrenomModele{rank}",
            birth_date=date(1901 + rank, 2, 3),
            role=("demandeur", "conjoint")[rank],
        )
        for rank in range(size)
    ]
    text = flux(models, reference).decode("windows-1252")
    start, end = text.index("<InfosFoyerRSA>"), text.index("</InfosFoyerRSA>") + len("</InfosFoyerRSA>")
    return (text[:start], text[start:end], text[end:]), [_sentinel(model) for model in models]


def _sentinel(model: Person) -> tuple[str, ...]:
    names = model.last_name.upper(), model.first_name.upper()
    return (model.nir, *names, str(model.birth_date), model.france_travail_id, "9876543", f"{model.number:011}")


def _values(number: int) -> tuple[str, ...]:
    born = date(1950, 1, 1) + timedelta(days=number * 7919 % 20_000)
    nir = f"1{born:%y%m}99{number:06}"
    last_name, first_name = f"NOM{number * 31 % 20_011:05}", f"PRENOM{number * 17 % 997:03}"
    return nir, last_name, first_name, str(born), f"{number:07}Z", f"{number:07}", f"{number:011}"


def show(measures: Sequence[Measure], console: Console) -> None:
    """Print the costs and their ratios, with the goals."""
    table = Table(
        Column("personnes", justify="right"),
        *(Column(name, justify="right") for name in ("COPY", "première", "÷ COPY", "inchangé", "÷ première")),
        Column("1 sur 50", justify="right"),
        box=SIMPLE,
    )
    for measure in measures:
        table.add_row(
            f"{measure.people:,}".replace(",", " "),
            _cost_per_person(measure.copy, measure),
            _cost_per_person(measure.first, measure),
            f"{measure.first.cpu / measure.copy.cpu:.1f}",
            _cost_per_person(measure.unchanged, measure),
            f"{measure.unchanged.cpu / measure.first.cpu:.2f}",
            f"{measure.delta.elapsed:.1f} s",
        )
    console.print("Temps de calcul par personne (ce processus + PostgreSQL), en microsecondes :")
    console.print(table)
    console.print(f"Buts : ÷ COPY ≤ {COPY_GOAL:.0f}, ÷ première ≤ {UNCHANGED_GOAL}, croissance ≤ {GROWTH_GOAL}.")
    if len(measures) > 1:
        few, many = measures[0], measures[-1]
        growth = (many.first.cpu / many.people) / (few.first.cpu / few.people)
        console.print(f"Croissance par personne, de {few.people} à {many.people} : {growth:.2f}.")


def _cost_per_person(cost: Cost, measure: Measure) -> str:
    parts: tuple[Callable[[Cost], float], ...] = (lambda cost: cost.client, lambda cost: cost.server)
    client, server = (f"{part(cost) / measure.people * 1e6:.0f}" for part in parts)
    return f"{client} + {server}"
