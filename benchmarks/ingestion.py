"""`hub bench ingest`: CPU of an ingestion against that of a bare COPY of the rows that it leaves, in one run.

CPU is that of this process and of all processes of the PostgreSQL server, which must be on this machine and serve
nobody else meanwhile. Only ratios are compared: machines and moments differ. For each number of people, in a database
of its own that is dropped at the end: a flux of the CNAF is read, read again unchanged, and read as of the next day
with some foyers only, whose RSA is suspended; then all rows are taken out, the tables emptied, and the rows brought
back by COPY. Where people are known already (`filling`), the next day is of some of those, and no COPY is measured.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from benchmarks.filling import Target, fill, written
from benchmarks.flux_file import foyers_of, write_flux
from benchmarks.server_cpu import Cost, spent
from hub.ingest import find_source, read_inputs
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import Dsn, dsn
from subgraphs.kit.ingest.unit_of_work import Options

SOURCE = "cnaf-flux"
DELTA = 50
"""One foyer of so many is in the file of the next day."""
CHANGES = 20_000
"""People in the file of the next day where others were known, about."""
TODAY = date(2026, 11, 1)
"""The day that the first file describes."""
COPY_GOAL, UNCHANGED_GOAL, GROWTH_GOAL = 10.0, 0.3, 1.2
"""CPU of a first reading by that of a COPY, of an unchanged file by that of a first reading, and of a person among the
most people by that of one among the fewest."""


@dataclass(slots=True)
class Measure:
    """The steps of a number of people, where `filled` others are known; `changed` are in the file of the next day."""

    people: int
    filled: int = 0
    changed: int = 0
    first: Cost = field(default_factory=Cost)
    unchanged: Cost = field(default_factory=Cost)
    delta: Cost = field(default_factory=Cost)
    copy: Cost = field(default_factory=Cost)


async def bench(url: str, sizes: Sequence[int], filled: int, keys: Keys) -> list[Measure]:
    """Measure these numbers of people in a database beside that of `url`, as its administrator; with `filled`, the
    first of them once more where so many are known."""
    parts = urlsplit(url)
    place = urlunsplit(parts._replace(path=f"{parts.path}_bench_ingest"))
    measures = [Measure(people) for people in sorted(sizes)]
    measures += [Measure(min(sizes), filled)] if filled else []
    for measure in measures:
        async with _database(place, keys), _folder() as folder:
            await _measure(measure, place, folder, lambda role: dsn(place, role, keys), keys)
    return measures


async def _measure(measure: Measure, place: str, folder: Path, addresses: Dsn, keys: Keys) -> None:
    reader = find_source(SOURCE, keys)
    filled, stored_people = measure.filled, measure.filled or measure.people
    files = {name: folder / f"{name}.xml" for name in ("first", "delta")}
    write_flux(files["first"], foyers_of(range(filled, filled + measure.people)), TODAY)
    step = max(1, stored_people // CHANGES) if filled else DELTA
    changed = list(islice(foyers_of(range(stored_people)), 0, None, step))
    measure.changed = sum(map(len, changed))
    write_flux(files["delta"], changed, TODAY + timedelta(days=1), suspended=True)
    watching = await asyncpg.connect(place)
    try:
        if filled:
            await fill(place, filled, TODAY, folder, reader, addresses, keys.nir)
            await watching.execute("CHECKPOINT")
        backend = await watching.fetchval("SELECT pg_backend_pid()")
        for cost, file in ((measure.first, "first"), (measure.unchanged, "first"), (measure.delta, "delta")):
            with spent(cost, backend):
                report = await read_inputs(reader, [files[file]], Options(), addresses)
            if not report.complete:
                raise RuntimeError(f"{report.codes.total()} records of {report.read} were refused")
        if not filled:
            await _copied(measure, watching, backend, folder)
    finally:
        await watching.close()


async def _copied(measure: Measure, connection: asyncpg.Connection[asyncpg.Record], backend: int, folder: Path) -> None:
    """Measure a COPY of all rows."""
    files_by_table = await _taken_out(connection, folder)
    await connection.execute("SET session_replication_role = replica")  # a bare COPY fires no trigger
    with spent(measure.copy, backend):
        for (schema, table, columns), path in files_by_table.items():
            await connection.copy_to_table(table, schema_name=schema, columns=columns, source=path)


async def _taken_out(connection: asyncpg.Connection[asyncpg.Record], folder: Path) -> dict[Target, Path]:
    """Write all rows of the tables that ingestion writes to files, by table and columns, and empty the tables."""
    files = {}
    for number, target in enumerate(written()):
        schema, table, columns = target
        files[target] = folder / str(number)
        await connection.copy_from_table(table, schema_name=schema, columns=columns, output=files[target])
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


def show(measures: Sequence[Measure], console: Console) -> None:
    """Print the costs and their ratios, with the goals."""
    table = Table(
        *(Column(name, justify="right") for name in ("personnes", "déjà connues", "COPY", "première", "÷ COPY")),
        *(Column(name, justify="right") for name in ("inchangé", "÷ première", "changées le lendemain")),
        box=SIMPLE,
    )
    for measure in measures:
        table.add_row(
            _grouped(measure.people),
            _grouped(measure.filled),
            _cost_per_person(measure.copy, measure) if measure.copy.cpu else "",
            _cost_per_person(measure.first, measure),
            f"{measure.first.cpu / measure.copy.cpu:.1f}" if measure.copy.cpu else "",
            _cost_per_person(measure.unchanged, measure),
            f"{measure.unchanged.cpu / measure.first.cpu:.2f}",
            f"{_grouped(measure.changed)} en {measure.delta.client:.1f} + {measure.delta.server:.1f} s",
        )
    console.print("Temps de calcul par personne (ce processus + PostgreSQL), en microsecondes :")
    console.print(table)
    console.print(f"Buts : ÷ COPY ≤ {COPY_GOAL:.0f}, ÷ première ≤ {UNCHANGED_GOAL}, croissance ≤ {GROWTH_GOAL}.")
    if len(measures) > 1:
        few, many = measures[0], measures[-1]
        growth = (many.first.cpu / many.people) / (few.first.cpu / few.people)
        sizes = (_grouped(measure.filled or measure.people) for measure in (few, many))
        console.print(f"Croissance par personne, de {' à '.join(sizes)} : {growth:.2f}.")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _cost_per_person(cost: Cost, measure: Measure) -> str:
    parts: tuple[Callable[[Cost], float], ...] = (lambda cost: cost.client, lambda cost: cost.server)
    client, server = (f"{part(cost) / measure.people * 1e6:.0f}" for part in parts)
    return f"{client} + {server}"
