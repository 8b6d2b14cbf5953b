"""What the hub says of a person, from all that its sources say: a pure function of the rows of `people.identity`.

The master of each group of values comes first (domain model §13.1); within one source the newest record wins. A group
is taken whole from one record, so that no person is a mixture: identity, ways of contact, address, household, rights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from subgraphs.kit.ingest_store import Row
from subgraphs.kit.ingest_text import residence
from subgraphs.people.names import name_key

IDENTITY_MASTERS = ("cnaf-flux", "ft-extrait", "rdv-insertion")
CONTACT_MASTERS = ("rdv-insertion", "cnaf-flux", "ft-extrait")
OPEN_RIGHTS = ("DROIT_OUVERT_VERSABLE", "DROIT_OUVERT_ET_SUSPENDU", "DROIT_OUVERT_VERSEMENT_SUSPENDU")
"""ETATDOSRSA 2, 3 and 4: a suspended right is still open, and its holder is still a bénéficiaire of the RSA."""


@dataclass(frozen=True, slots=True)
class Consolidated:
    """Row of the person's rows; None where no source fills the table. `access` is for `access.person`.

    `home` is the département of the address, `paying` those that pay the RSA now, each with the day that says so.
    """

    person: Row
    contact: Row | None
    household: Row | None
    rsa: Row | None
    access: Row
    home: tuple[str, date] | None
    paying: Mapping[str, date]


def consolidate(rows: Sequence[Row]) -> Consolidated:
    """Consolidate the rows of one person; there is at least one."""
    identity = _first(rows, IDENTITY_MASTERS, lambda row: row["last_name"] is not None) or rows[0]
    rights = _rights(rows)
    current = [row for row in rights if is_open(row)]
    rsa = _first(rights, IDENTITY_MASTERS, lambda _: True, prefer=is_open)
    home = _first(
        rows, IDENTITY_MASTERS, lambda row: row["dependent_children"] is not None, prefer=lambda row: row in current
    )
    contact = _contact(rows)
    department = residence(contact["city_code"], contact["postal_code"]) if contact else None
    return Consolidated(
        person={
            **_copy(identity, "civility", "first_name", "last_name", "birth_name", "birth_date"),
            "last_name_key": name_key(identity["last_name"]),
            "birth_name_key": name_key(identity["birth_name"]),
            **_lineage(identity),
        },
        contact=contact,
        household=home and {**_copy(home, "family_situation", "dependent_children"), **_lineage(home)},
        rsa=rsa
        and {
            "status": rsa["rsa_status"],
            "requested_on": rsa["rsa_requested_on"],
            "rights_and_duties": rsa["rsa_rights_and_duties"],
            "suspended_on": rsa["rsa_suspended_on"],
            **_lineage(rsa),
        },
        access={
            "department": department,
            "brsa": bool(current),
            "last_contact": max(row["as_of"] for row in rows).date(),
        },
        home=(department, contact["address_as_of"].date()) if contact and department else None,
        paying={row["rsa_department"]: row["as_of"].date() for row in current if row["rsa_department"] is not None},
    )


def is_open(row: Row) -> bool:
    """Whether this record says that the person's right to the RSA is open."""
    return row["rsa_status"] in OPEN_RIGHTS


def _rights(rows: Sequence[Row]) -> list[Row]:
    """The newest records on rights of each département that pays: an older dossier no longer counts there."""
    told = [row for row in rows if row["rsa_status"] is not None]
    newest: dict[str | None, datetime] = {}
    for row in told:
        newest[row["rsa_department"]] = max(row["as_of"], newest.get(row["rsa_department"], row["as_of"]))
    return [row for row in told if row["as_of"] == newest[row["rsa_department"]]]


def _contact(rows: Sequence[Row]) -> Row | None:
    reach = _first(rows, CONTACT_MASTERS, lambda row: row["email"] is not None or bool(row["phones"]))
    address = _first(
        rows,
        CONTACT_MASTERS,
        lambda row: any(row[column] is not None for column in ("city", "postal_code", "city_code")),
        prefer=lambda row: row["city_code"] is not None,
    )
    main = reach or address
    if main is None:
        return None
    return {
        "email": reach["email"] if reach else None,
        "phones": list(reach["phones"]) if reach else [],
        "origin": main["contact_origin"],
        "authorisation": main["contact_authorisation"],
        "postal_code": address["postal_code"] if address else None,
        "city": address["city"] if address else None,
        "city_code": address["city_code"] if address else None,
        **_lineage(main),
        "address_source": address["source"] if address else None,
        "address_source_id": address["source_id"] if address else None,
        "address_as_of": address["as_of"] if address else None,
    }


def _first(
    rows: Sequence[Row],
    masters: Sequence[str],
    holds: Callable[[Row], bool],
    *,
    prefer: Callable[[Row], bool] = lambda _: False,
) -> Row | None:
    """The row to take a group from: preferred ones, then the master's, then the newest; ties go by source id."""
    ranks = {source: rank for rank, source in enumerate(reversed(masters))}
    held = [row for row in rows if holds(row)]
    return max(
        held,
        key=lambda row: (prefer(row), ranks.get(row["source"], -1), row["as_of"], row["source_id"]),
        default=None,
    )


def _copy(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns}


def _lineage(row: Row) -> Row:
    return _copy(row, "source", "source_id", "as_of")
