"""Report of an ingestion: counts that add up, and each refusal with the place of its record, never with a value.

`read` is the number of record groups and equals the sum of `counts`. A file refused as a whole is not a group: it
stands in `refusals` under record 0. A value set aside is not a refusal: the rest of its record is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path
from typing import Generic, TypeVar

from schema.nir import without_nir
from subgraphs.kit.ingest.refusal_codes import CODES

SetAside = Callable[[str, str], None]
"""Reports the code and the place of a value that is left out, the rest of its record being taken."""
T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")
LONGEST_NAME = 60
"""Characters of the name of a field that a report tells."""
UNSHOWN = "\ufffd"
"""What stands in a report for a character that commands a terminal, or a byte of a file's name that is none."""
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
MAX_DETAILED_REFUSALS = 1000
"""Refusals, and values set aside, kept in detail; beyond, they are only counted by code."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; raises OSError."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


class Outcome(StrEnum):
    """The outcome of one record group."""

    CREATED = "créés"
    UPDATED = "mis à jour"
    UNCHANGED = "inchangés"
    OLDER = "plus anciens que ce qui est connu"
    REMOVED = "supprimés"
    REJECTED = "refusés"


class Refused(Exception):
    """A record or a whole file is refused; `path` is the place in the record, `line` that of the file at which it
    can't be read, `detail` is for developers."""

    def __init__(self, code: str, path: str = "", *, detail: str = "", line: int | None = None) -> None:
        path = _showable(path)
        super().__init__(f"{code} {path} {detail}".rstrip())
        if code not in CODES:
            raise LookupError(f"subgraphs/kit/ingest/refusal_codes.py has no code {code}")
        self.code = code
        self.path = path
        self.line = line
        self.text = CODES[code]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its number among those whose tabs are shown, how many are, and how many are hidden."""

    number: int
    shown: int
    hidden: int

    @property
    def alone(self) -> bool:
        """Whether the workbook has no other sheet."""
        return self.shown + self.hidden == 1


@dataclass(frozen=True, slots=True, repr=False)
class Numbered(Generic[T_co]):
    """A record group, or why it can't be read, with the line of the file at which it begins, the names of the fields
    that it fills and that nothing here reads, and the sheet that it is in, if the file is a workbook."""

    line: int | None
    record: T_co | Refused
    unread: tuple[str, ...] = ()
    sheet: Sheet | None = None

    def map(self, make: Callable[[T_co], S]) -> Numbered[S]:
        """The same place with what is made of the record."""
        record = self.record if isinstance(self.record, Refused) else make(self.record)
        return Numbered(self.line, record, self.unread, self.sheet)


@dataclass(frozen=True, slots=True)
class Announced:
    """The number of record groups that a file says it has, and where it says so."""

    count: int
    path: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record group was read: `file` is the file's name, `digest` its SHA-256, `record` counts from 1 (0: the
    whole file), `line` is that at which it begins in the file, if it has lines, `sheet` that of a workbook."""

    file: str
    digest: str
    record: int
    line: int | None = None
    sheet: Sheet | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal, of a record or of a value in it: `file`, `digest`, `record`, `line`, `sheet` are of its `Place`."""

    file: str
    digest: str
    record: int
    path: str
    code: str
    line: int | None = None
    sheet: Sheet | None = None

    @property
    def message(self) -> str:
        """What is wrong, in French."""
        return CODES[self.code].message

    @property
    def mend(self) -> str:
        """How to mend it, in French."""
        return CODES[self.code].mend


@dataclass(slots=True)
class Report:
    """The counts and refusals of one ingestion.

    `rows` is the number of database rows really written, `candidates` the number of people created although a known
    person has the same first name and e-mail or telephone; `inputs` are the files opened, each with its SHA-256
    (empty if it could not be read), `whole` is False once a file could not be read to its end. `unread` counts by field
    the values that records had and nothing here keeps. `sheets` tells by file which of its sheets was read, if it has
    several; `without_records` are the names of files that were read whole and have none, headings alone for instance.
    """

    source: str
    read: int = 0
    rows: int = 0
    candidates: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    aside_codes: Counter[str] = field(default_factory=Counter)
    asides: list[Refusal] = field(default_factory=list)
    inputs: list[tuple[Path, str]] = field(default_factory=list, repr=False)
    whole: bool = True
    unread: Counter[str] = field(default_factory=Counter)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    without_records: list[str] = field(default_factory=list)
    _file: str = ""
    _digest: str = ""
    _record: int = 0

    def open(self, path: Path) -> None:
        """Start a file: later refusals name it by name and hash. Raises Refused if it can't be read."""
        self._file, self._digest, self._record = _showable(path.name), "", 0
        try:
            self._digest = sha256_of(path)
        except OSError as error:
            raise Refused("FILE_UNREADABLE", detail=type(error).__name__) from error
        finally:
            self.inputs.append((path, self._digest))

    def begin(self, line: int | None = None, unread: Iterable[str] = (), sheet: Sheet | None = None) -> Place:
        """Start the next record group of the file, which may be counted once later ones were read."""
        self._record += 1
        self.read += 1
        self.unread.update(_showable(name)[:LONGEST_NAME] for name in unread)
        if sheet is not None and sheet.alone:
            sheet = None
        if sheet is not None:
            self.sheets[self._file] = sheet
        return Place(self._file, self._digest, self._record, line, sheet)

    def count(self, place: Place, outcome: Outcome, candidates: int, asides: Iterable[Refused] = ()) -> None:
        """Count the outcome of a group and keep the values that were set aside."""
        self.counts[outcome] += 1
        self.candidates += candidates
        for refused in asides:
            self._keep(refused, place, self.aside_codes, self.asides)

    def refuse(self, place: Place, refused: Refused) -> None:
        """Count a group as refused."""
        self.counts[Outcome.REJECTED] += 1
        self._keep(refused, place, self.codes, self.refusals)

    def refuse_file(self, refused: Refused) -> None:
        """Count the current file as refused as a whole."""
        self.whole = False
        self._keep(refused, Place(self._file, self._digest, 0), self.codes, self.refusals)

    def close(self, read: int, announced: Announced | None) -> None:
        """End a file that was read whole: report that it has no group, or another number of groups than it says, which
        is a refusal where some are missing."""
        count = read if announced is None else announced.count
        differs = Refused("TOTAL_DIFFERS", "" if announced is None else announced.path)
        if read < count:
            self.refuse_file(differs)
        elif read > count:
            self._keep(differs, Place(self._file, self._digest, 0), self.aside_codes, self.asides)
        elif not read:
            self.without_records.append(self._file)

    def stop(self, refused: Refused) -> None:
        """Count the record after the last one as refused: the file can't be read further."""
        self.whole = False
        self.refuse(self.begin(), refused)

    def add(self, other: Report) -> None:
        """Add the counts and refusals of another ingestion of the source."""
        self.read += other.read
        self.rows += other.rows
        self.candidates += other.candidates
        self.counts.update(other.counts)
        self.codes.update(other.codes)
        self.aside_codes.update(other.aside_codes)
        self.refusals += other.refusals[: MAX_DETAILED_REFUSALS - len(self.refusals)]
        self.asides += other.asides[: MAX_DETAILED_REFUSALS - len(self.asides)]
        self.inputs += other.inputs
        self.sheets |= other.sheets
        self.without_records += other.without_records
        self.whole = self.whole and other.whole

    @property
    def complete(self) -> bool:
        """Whether nothing was refused."""
        return not self.codes

    def _keep(self, refused: Refused, place: Place, codes: Counter[str], refusals: list[Refusal]) -> None:
        codes[refused.code] += 1
        if len(refusals) < MAX_DETAILED_REFUSALS:
            at = (refused.line if place.line is None else place.line, place.sheet)
            refusals.append(Refusal(place.file, place.digest, place.record, refused.path, refused.code, *at))


def _showable(text: str) -> str:
    """A text from outside as any terminal may show it, without a NIR."""
    return _UNSHOWABLE.sub(UNSHOWN, without_nir(text))
