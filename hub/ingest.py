"""`hub ingest SOURCE FILE…`: run a source on a connection of its role, show its progress, and report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated

import msgspec
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.database_refusals import connected, database_refusals
from hub.errors import StartRefused
from hub.refused_records import keep_refused
from hub.runs.kept_runs import Tally, add_to_day, kept_run
from hub.runs.quarantine import Seal
from hub.runs.source_settings import SOURCES_FILE
from hub.runs.status_texts import duration
from hub.strict_toml import TomlFile, TomlForm, TomlRefused
from infra.keys import WEBHOOKS, Keys, role_keys
from infra.role_names import QUARANTINE_WRITER, RUNS_WRITER
from subgraphs.appointments.sources import SOURCES as APPOINTMENTS
from subgraphs.kit.ingest.ingestion_report import Outcome, Refusal, Report
from subgraphs.kit.ingest.progress import Progress
from subgraphs.kit.ingest.unit_of_work import Options, Organisation, Session, Source
from subgraphs.offers.sources import SOURCES as OFFERS
from subgraphs.people.precedence import PRECEDENCE
from subgraphs.people.registry import Registry
from subgraphs.people.sources import SOURCES as PEOPLE
from subgraphs.trainings.sources import SOURCES as TRAININGS

PROGRESS_SECONDS = 10.0
"""Seconds between two lines that tell the progress where it can't change in place."""
WRITES_PEOPLE = ("people_ingest", "ingest")
"""Database roles that may write people."""
SWEEPER = "people_ingest"
"""Database role that deletes people to whom no data refers."""
SOURCES: Mapping[str, type[Source]] = {source.name: source for source in (*PEOPLE, *APPOINTMENTS, *OFFERS, *TRAININGS)}
"""Every source by the name that the command line gives."""
PRECEDENCE.check(source.name for source in SOURCES.values() if source.role in WRITES_PEOPLE)


@dataclass(frozen=True, slots=True)
class Reader:
    """A source, and the registry of the people in it."""

    source: Source
    people: Registry


def generated() -> Mapping[Path, str]:
    """The names of the sources, by the file that holds them."""
    return {SOURCES_FILE: f"{json.dumps(sorted(SOURCES))}\n"}


def source_roles(name: str) -> tuple[str, ...]:
    """The database roles that reading this source takes; raises StartRefused (SOURCE_UNKNOWN)."""
    return tuple(dict.fromkeys((_source_class(name).role, SWEEPER, RUNS_WRITER, QUARANTINE_WRITER)))


def source_keys(name: str) -> tuple[str, ...]:
    """The keys that reading this source takes; raises StartRefused (SOURCE_UNKNOWN)."""
    webhook = (f"webhook-{name}",) if name in WEBHOOKS else ()
    return ("nir", "quarantine", *role_keys(*source_roles(name)), *webhook)


def find_source(name: str, keys: Keys) -> Reader:
    """The source of this name, given the registry of people; raises StartRefused (SOURCE_UNKNOWN)."""
    people = Registry(keys.nir)
    return Reader(_source_class(name)(people), people)


def _source_class(name: str) -> type[Source]:
    if name not in SOURCES:
        raise StartRefused(
            "SOURCE_UNKNOWN",
            f"Cette source n'existe pas. Sources connues : {', '.join(sorted(SOURCES))}.",
            "unknown source",
        )
    return SOURCES[name]


def webhook_secret(name: str, keys: Keys) -> bytes | None:
    """The secret shared with the source, for one that signs what it sends."""
    return keys.webhook(name) if name in WEBHOOKS else None


async def ingest(
    reader: Reader,
    paths: Sequence[Path],
    options: Options,
    dsn: Callable[[str], str],
    seal: Seal,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Read the files in a run that is kept, and keep the records refused under the seal (`hub.runs`).

    Raises as `read_inputs`, and NotServed (SOURCE_BUSY).
    """
    names = [path.name for path in paths]
    with database_refusals():
        async with kept_run(dsn(RUNS_WRITER), reader.source.name, names) as run:

            def follow(at: Progress) -> None:
                run.read = at.read
                if progress is not None:
                    progress(at)

            report = await read_inputs(reader, paths, options, dsn, follow)
            await keep_refused(reader.source, options, report, dsn(QUARANTINE_WRITER), seal)
            run.tally = tally(report)
    return report


async def take_notifications(
    reader: Reader, paths: Sequence[Path], options: Options, dsn: Callable[[str], str], seal: Seal
) -> Report:
    """Read notifications, keep those refused under the seal, and count them for their day; raises as `read_inputs`, and
    waits for no run of the source."""
    report = await read_inputs(reader, paths, options, dsn)
    with database_refusals():
        await keep_refused(reader.source, options, report, dsn(QUARANTINE_WRITER), seal)
        await add_to_day(dsn(RUNS_WRITER), reader.source.name, tally(report))
    return report


def tally(report: Report) -> Tally:
    """What is kept of a report: its counts, and no name of a file."""
    return Tally(
        read=report.read,
        written=report.rows,
        counts={outcome.name.lower(): count for outcome, count in report.counts.items()},
        refusals=report.codes,
        asides=report.aside_codes,
        digests=[digest for _, digest in report.inputs],
        whole=report.whole,
    )


async def read_inputs(
    reader: Reader,
    paths: Sequence[Path],
    options: Options,
    dsn: Callable[[str], str],
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Read the files in order, as the role of the source, then delete people to whom no data refers.

    Raises NotServed (DATABASE_UNAVAILABLE, DATABASE_REFUSED).
    The error holds only the name of PostgreSQL's, whose text may quote values.
    """
    with database_refusals():
        async with connected(dsn(reader.source.role)) as connection:
            report = await reader.source.ingest(paths, options, Session(connection, progress, options.scope))
        async with connected(dsn(SWEEPER)) as connection:
            report.rows += await reader.people.sweep(connection)
        return report


class OrganisationForm(TomlForm, frozen=True):
    """An organisation of a source: its SIRET, its type, and what `Organisation` may add."""

    siret: Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
    type: Annotated[str, msgspec.Meta(min_length=1)]
    structure: str | None = None
    sensitive: str | None = None


def read_organisations(path: Path | None) -> dict[str, Organisation]:
    """The organisations of a source by its own id: `[91] siret = "…" type = "…"` in TOML. Raises StartRefused."""
    if path is None:
        return {}
    try:
        forms = {key: table.read(OrganisationForm) for key, table in TomlFile(path).tables().items()}
    except TomlRefused as error:
        raise StartRefused(
            "ORGANISATIONS_INVALID",
            "Le fichier des organisations ne se lit pas : pour chacune, [identifiant], siret (14 chiffres) et type. "
            + " ; ".join(error.problems),
            error.detail,
        ) from error
    return {key: Organisation(**msgspec.structs.asdict(form)) for key, form in forms.items()}


class Follower:
    """Shows the progress of an ingestion: a line that changes on a terminal, elsewhere one each `PROGRESS_SECONDS`."""

    def __init__(self, console: Console, name: str, clock: Callable[[], float] = monotonic) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(name)
        self._console, self._name, self._clock = console, name, clock
        self._told = clock()

    def __enter__(self) -> Follower:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show the records read, their rate, and the part of the files and the time that are left."""
        line = f"{self._name} : {progress_text(progress)}"
        if self._console.is_terminal:
            self._bar.update(self._task, description=line)
        elif self._clock() - self._told >= PROGRESS_SECONDS:
            self._told = self._clock()
            self._console.print(line, highlight=False, soft_wrap=True)


def progress_text(progress: Progress) -> str:
    """How far a reading is: « 12000 enregistrements, 3000 par seconde, 40 %, encore 6 s »."""
    parts = [f"{progress.read} enregistrements", f"{progress.rate:.0f} par seconde"]
    if progress.part is not None:
        parts.append(f"{progress.part:.0%}".replace("%", " %"))
    if progress.left is not None:
        parts.append(f"encore {duration(progress.left)}")
    return ", ".join(parts)


def headline(report: Report) -> str:
    """The line that says how many records of the source were read, and how each ended."""
    return f"{report.source} : {summary(report)}."


def show(report: Report, console: Console) -> None:
    """Print the summary, then each refusal and each value set aside, with its place and its remedy."""
    console.print(headline(report), highlight=False)
    console.print(f"Lignes écrites dans la base : {report.rows}.", highlight=False)
    if report.candidates:
        console.print(f"Rapprochements à confirmer par un professionnel : {report.candidates}.", highlight=False)
    for file, sheet in report.sheets.items():
        hidden = f", {sheet.hidden} masquée(s) laissée(s) de côté" if sheet.hidden else ""
        line = f"{file} : lue, la feuille {sheet.number} sur {sheet.shown}, seule à porter les colonnes{hidden}."
        console.print(line, highlight=False, markup=False)
    for file in report.without_records:
        console.print(f"{file} : lu en entier, aucun enregistrement.", highlight=False, markup=False)
    if report.unread:
        fields = ", ".join(f"{name} ({count})" for name, count in sorted(report.unread.items()))
        console.print(f"Champs renseignés que le hub ne garde pas : {fields}.", highlight=False, markup=False)
    _list(report.refusals, report.codes, "refus", console)
    if report.asides:
        heading = "Valeurs écartées, le reste de leur enregistrement étant repris"
        console.print(f"{heading} : {report.aside_codes.total()}.", highlight=False)
        _list(report.asides, report.aside_codes, "valeurs écartées", console)


def summary(report: Report) -> str:
    """How many records were read, and how many had each outcome."""
    counts = ", ".join(f"{report.counts[outcome]} {outcome.value}" for outcome in Outcome if report.counts[outcome])
    return f"{report.read} enregistrements lus — {counts or 'rien'}"


def _list(refusals: Sequence[Refusal], codes: Counter[str], kind: str, console: Console) -> None:
    for refusal in refusals:
        path = f", {refusal.path}" if refusal.path else ""
        number = f"n° {refusal.record or '—'}" if refusal.line is None else f"ligne {refusal.line}"
        number = number if refusal.sheet is None else f"feuille {refusal.sheet.number}, {number}"
        place = f"{refusal.file} ({refusal.digest[:12]}), {number}{path}"
        line = f"  {refusal.code} — {place} : {refusal.message} {refusal.mend}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    hidden = codes.total() - len(refusals)
    if hidden > 0:
        by_code = ", ".join(f"{code} : {count}" for code, count in codes.most_common())
        console.print(f"… et {hidden} autres {kind} ({by_code}).", highlight=False)
