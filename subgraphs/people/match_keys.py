"""Match keys: an identifier and the birth date of a person, hashed together, by which `findPerson` finds it.

A key is a link of relation NATIONWIDE (`schema.facts`): nobody's scopes hold one, a search adds those that it can name.
Under a hash the birth date can't be tried apart from the identifier, and nothing is read back. Sources of the rule: C.
trav. R.5312-42 2° a) (the NIR matches, and does nothing else); docs/domain.md#identifiers (an identifier alone is no
key).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter

from schema.days import day_of
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people.names import name_key

NIR = "NIR"
NAMES = "NAMES"
"""Kind of a key made of a last name (of use or of birth) and a first name, as `name_key` compares them."""
Identifier = tuple[str, ...]
"""A kind and what tells an identifier of that kind: for a NIR its own hash, for a matricule its organisme and role."""
Identified = tuple[Identifier, date]
"""An identifier and a birth date."""

PLAIN: Mapping[str, str] = {"FRANCE_TRAVAIL": "france_travail_id", "PASS_IAE": "pass_iae"}
"""Kinds of identifier that are a key by themselves, and their column of `people.identity`."""
DOSSIERS = ("CAF", "MSA")
DEPARTMENT = "CD_INTERNE"
_KEY_COLUMNS = (
    *("nir_hash", "organisme", "matricule", "role", "department", "department_internal_id", *PLAIN.values()),
    *("first_name", "last_name", "birth_name", "birth_date"),
)
"""Columns of `people.identity` that keys are made of."""
_key_values, _as_of = itemgetter(*_KEY_COLUMNS), itemgetter("as_of")


def match_key(identifier: Identifier, birth_date: date, secret: bytes) -> str:
    """The scope of the link: 32 hexadecimal digits."""
    parts = ("match", *identifier, birth_date.isoformat())
    return hmac.digest(secret, "\x1f".join(parts).encode(), "sha256").hex()[:32]


def identified(rows: Sequence[Row], born: date | None) -> dict[Identified, date]:
    """Return the identifiers in a person's rows of `people.identity`, with the first day that a record says each.

    `born` is the birth date to use for records that give none.
    """
    newest = sorted(rows, key=_as_of, reverse=True)
    distinct_rows = {_key_values(row): row for row in newest}  # of records that tell the same, the first one
    first_days: dict[Identified, date] = {}
    names = {row[column] for row in distinct_rows.values() for column in ("first_name", "last_name", "birth_name")}
    name_keys = {name: name_key(name) for name in names}
    for row in distinct_rows.values():
        birth_date = row["birth_date"] or born
        if birth_date is None:
            continue
        day = day_of(row["as_of"])
        for identifier in _identifiers(row, name_keys):
            first_days[identifier, birth_date] = min(day, first_days.get((identifier, birth_date), day))
    return first_days


def _identifiers(row: Row, name_keys: Mapping[str | None, str | None]) -> Iterable[Identifier]:
    if row["nir_hash"] is not None:
        yield NIR, row["nir_hash"].hex()
    for kind, column in PLAIN.items():
        if row[column] is not None:
            yield kind, row[column]
    if None not in (row["organisme"], row["matricule"], row["role"]):
        kind, _, organisation = row["organisme"].partition(":")
        yield kind, organisation, row["matricule"], row["role"]
    if None not in (row["department"], row["department_internal_id"]):
        yield DEPARTMENT, row["department"], row["department_internal_id"]
    first_name = name_keys[row["first_name"]]
    for last_name in sorted({name_keys[row[name]] or "" for name in ("last_name", "birth_name")} - {""}):
        if first_name is not None:
            yield NAMES, last_name, first_name
