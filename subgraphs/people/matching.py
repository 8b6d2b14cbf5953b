"""Decide whom a record is about: the matching ladder, as a pure function over the rows already known.

Rungs: NIR + birth date, unless the first name is another, as where a twin's NIR was written for the other (decision
0084); France Travail number + birth date; département + internal id, unless the birth date (where one is missing: the
first name) contradicts it; matricule + role + birth date within the same organisme or département. Likeness is only
ever a candidate (`match_candidates`). Whatever is ambiguous is refused, never guessed.
Source of the rule: docs/domain.md#matching, docs/domain.md#rdv-insertion and docs/domain.md#identifiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from uuid import UUID

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people.names import name_key

_RUNG_COLUMNS = (
    *("person_id", "nir_hash", "birth_date", "first_name", "france_travail_id", "department", "department_internal_id"),
    *("organisme", "matricule", "role"),
)
_rung_values = itemgetter(*_RUNG_COLUMNS)
"""What a row says by which rungs tell people: there may be many rows that say the same of one person."""


class AmbiguousMatch(Refused):
    """Keys of a record designate several people, or one other than its own: `people`, whom an agent may compare."""

    def __init__(self, code: str, people: Iterable[UUID]) -> None:
        super().__init__(code)
        self.people = frozenset(people)


def match(
    claim: Row, rows: Sequence[Row], own: Row | None, survivors: Mapping[UUID, UUID] = MappingProxyType({})
) -> UUID | None:
    """Return the known person whom `claim` is about, or None.

    `rows` are those of `people.identity` that share an identifier with the claim, its own row left out; `own` is that
    row; `survivors` are by the people merged into them, who are one. Raises AmbiguousMatch (MATCH_SEVERAL,
    MATCH_CONFLICT), or Refused (BIRTH_DATE_MISSING).
    """
    current: UUID | None = None if own is None else own["person_id"]

    def person(row: Row) -> UUID:
        person_id: UUID = row["person_id"]
        return survivors.get(person_id, person_id)

    distinct_rows = {_rung_values(row): row for row in rows}.values()
    rivals = [row for row in distinct_rows if own is None or person(row) != person(own)]
    try:
        rungs = [[row for row in rivals if rung(claim, row)] for rung in RUNGS]
    except AmbiguousMatch as refused:
        raise AmbiguousMatch(refused.code, refused.people | ({current} if current is not None else set())) from None
    if own is None or own["nir_hash"] == claim["nir_hash"]:
        rungs[0] = [row for row in rungs[0] if not other_first_name(claim, row)]
    people = {person(row) for matched in rungs for row in matched}
    if people and current is not None:
        people.add(person(own or {}))
    if any(len({person(row) for row in matched}) > 1 for matched in rungs):
        raise AmbiguousMatch("MATCH_SEVERAL", people)
    if len(people) > 1:
        raise AmbiguousMatch("MATCH_CONFLICT", people)
    if current is not None:
        return current
    return min((row["person_id"] for row in next(filter(None, rungs), ())), default=None)


def contradicts(claim: Row, rows: Sequence[Row], own: Row | None) -> bool:
    """Whether the other rows of the matched person have other NIRs than the claim: then a weaker rung was wrong.

    The claim's own row, if it has a NIR and is of the same adult, proves more: the source corrects the NIR, or has not
    followed the correction of another source yet.
    """
    nirs = {row["nir_hash"] for row in rows} - {None}
    if own is not None and own["nir_hash"] is not None and is_same_adult(claim, own):
        return False
    return claim["nir_hash"] is not None and bool(nirs) and claim["nir_hash"] not in nirs


def is_same_adult(claim: Row, row: Row) -> bool:
    """Whether both have the same birth date and first name, neither of them missing."""
    first_names = name_key(claim["first_name"]), name_key(row["first_name"])
    same_day = claim["birth_date"] is not None and claim["birth_date"] == row["birth_date"]
    return same_day and None not in first_names and not other_first_name(claim, row)


def is_someone_else(claim: Row, own: Row) -> bool:
    """Whether a source has reused the key of one person for another: both birth date and first name differ.

    One of them alone is a correction.
    """
    return None not in (claim["birth_date"], own["birth_date"]) and (
        claim["birth_date"] != own["birth_date"] and other_first_name(claim, own)
    )


def _nir(claim: Row, row: Row) -> bool:
    if claim["nir_hash"] is None or claim["nir_hash"] != row["nir_hash"]:
        return False
    if claim["birth_date"] is None or row["birth_date"] is None:
        raise Refused("BIRTH_DATE_MISSING")
    if claim["birth_date"] != row["birth_date"]:
        raise AmbiguousMatch("MATCH_CONFLICT", {row["person_id"]})
    return True


def _france_travail(claim: Row, row: Row) -> bool:
    return _same(claim, row, "france_travail_id", "birth_date")


def _internal(claim: Row, row: Row) -> bool:
    if not _same(claim, row, "department", "department_internal_id"):
        return False
    dated = None not in (claim["birth_date"], row["birth_date"])
    if claim["birth_date"] != row["birth_date"] if dated else other_first_name(claim, row):
        raise AmbiguousMatch("MATCH_CONFLICT", {row["person_id"]})
    return True


def _file(claim: Row, row: Row) -> bool:
    if not _same(claim, row, "matricule", "role", "birth_date"):
        return False
    if None not in (claim["organisme"], row["organisme"]):
        return bool(claim["organisme"] == row["organisme"])
    return _same(claim, row, "department")


def _same(claim: Row, row: Row, *columns: str) -> bool:
    return all(claim[column] is not None and claim[column] == row[column] for column in columns)


def other_first_name(claim: Row, row: Row) -> bool:
    """Whether both first names are known and begin with another word: `Anne-Marie` may be written `ANNE`."""
    if claim["first_name"] == row["first_name"]:  # nearly always: no key is made for it
        return False
    first, second = name_key(claim["first_name"]), name_key(row["first_name"])
    return first is not None and second is not None and first.split()[0] != second.split()[0]


RUNGS = (_nir, _france_travail, _internal, _file)
