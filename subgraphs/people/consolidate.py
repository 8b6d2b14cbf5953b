"""Merge what the sources say of a person into what the hub says: a pure function of the rows of `people.identity`.

The most believed source of each group of values wins (`precedence`, docs/domain.md#people), then the newest
record. A group is taken whole from one record, so that no person is a mixture: identity, ways of contact, address,
household, rights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schema.days import day_of
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.kit.ingest.text_forms import residence
from subgraphs.people.match_keys import Identified, identified
from subgraphs.people.names import name_key
from subgraphs.people.precedence import ASKED_SOURCES, Precedence, Ranks

First = Callable[..., Row | None]
"""Picks the row that a group of values is taken from."""

OPEN_RIGHTS = ("DROIT_OUVERT_VERSABLE", "DROIT_OUVERT_ET_SUSPENDU", "DROIT_OUVERT_VERSEMENT_SUSPENDU")
"""ETATDOSRSA 2, 3 and 4: a suspended right is still open, and its holder is still a bénéficiaire of the RSA."""

MONTHS = ("months_in_last_year", "months_in_last_two_years", "months_in_last_three_years")
"""Columns of `registration` that count months, whose names in `identity` begin with `registered_`."""


@dataclass(frozen=True, slots=True, repr=False)
class Consolidated:
    """The consolidated rows of a person, by table; None where no source fills the table.

    `identifiers` are by (kind, value). `home` is the département of the address, `paying` those that pay the RSA now,
    `identified` the keys by which the person is found; each has the first day that a record says so, and `known_since`
    is the first day of any record.
    """

    person: Row
    contact: Row | None
    household: Row | None
    rsa: Row | None
    allocations: Row | None
    resources: Row | None
    education: Row | None
    registration: Row | None
    disability: Row | None
    identifiers: Mapping[tuple[str, str], Row]
    access: Row
    known_since: date
    home: tuple[str, date] | None
    paying: Mapping[str, date]
    identified: Mapping[Identified, date]


def consolidate(rows: Sequence[Row], dossiers: Sequence[Row], precedence: Precedence) -> Consolidated:
    """Consolidate the rows of one person (at least one) and those of its dossiers' ways of contact."""
    first, first_reached = _picker(rows, precedence.identity), _picker(rows, precedence.contact)
    identity = first(lambda row: row["last_name"] is not None) or rows[0]
    rights = _rights(rows, precedence.identity)
    current = [row for row in rights if is_open(row)]
    open_rights = {id(row) for row in current}
    rsa = _picker(rights, precedence.identity)(lambda _: True, prefer=is_open)
    home = first(lambda row: row["dependent_children"] is not None, prefer=lambda row: id(row) in open_rights)
    shared = _picker([*rows, *_shared(rows, dossiers)], precedence.contact) if dossiers else first_reached
    contact = _contact(first_reached, shared)
    department = residence(contact["city_code"], contact["postal_code"]) if contact else None
    born = first(lambda row: (row["birth_city_code"], row["birth_country_code"]) != (None, None))
    numbered = first(lambda row: row["nir_last_digits"] is not None)
    working = first(lambda row: row["work_situation"] is not None)
    duties = first_reached(lambda row: row["rsa_rights_and_duties_since"] is not None)
    registered = first(lambda row: row["registration_status"] is not None)
    certified = first(lambda row: row["identity_certified"] is not None, prefer=lambda row: row is identity)
    district = first(lambda row: row["in_priority_district"] is not None)
    licensed = first(lambda row: row["driving_licence"] is not None)
    moving = first(lambda row: row["own_transport"] is not None)
    following = first(lambda row: row["referent_organisation"] is not None)
    return Consolidated(
        person={
            **_copy(identity, "civility", "first_name", "last_name", "birth_name", "birth_date"),
            "identity_certified": certified and certified["identity_certified"],
            "last_name_key": name_key(identity["last_name"]),
            "birth_name_key": name_key(identity["birth_name"]),
            "birth_city_code": born and born["birth_city_code"],
            "birth_country_code": born and born["birth_country_code"],
            "nir_last_digits": numbered and numbered["nir_last_digits"],
            "work_situation": working and working["work_situation"],
            "in_priority_district": district and district["in_priority_district"],
            "driving_licence": licensed and licensed["driving_licence"],
            "own_transport": moving and moving["own_transport"],
            "structure_id": following and following["structure_id"],
            **_lineage(identity),
        },
        contact=contact,
        household=home and {**_copy(home, "family_situation", "dependent_children"), **_lineage(home)},
        rsa=_rsa(rsa, duties, first(lambda row: row["rsa_beneficiary"] is not None)),
        allocations=_allocations(first),
        resources=_resources(first),
        education=_education(first),
        registration=registered
        and {
            "status": registered["registration_status"],
            "category_code": registered["registration_category"],
            "registered_on": registered["registered_on"],
            **{name: registered[f"registered_{name}"] for name in MONTHS},
            **_lineage(registered),
        },
        disability=_disability(rows, precedence.identity, first),
        identifiers=_identifiers(rows, precedence.identity),
        access={
            "department": department,
            "brsa": bool(current),
            "referent_organisation": following and following["referent_organisation"],
            "last_contact": _last_contact(rows),
        },
        known_since=day_of(min(row["as_of"] for row in rows)),
        home=None if department is None else (department, _first_day(rows, _home, department)),
        paying={
            payer: _first_day(rows, _payer, payer) for payer in {row["rsa_department"] for row in current} - {None}
        },
        identified=identified(rows, identity["birth_date"]),
    )


def _first_day(rows: Sequence[Row], department_of: Callable[[Row], str | None], department: str) -> date:
    """The first day on which a record says this département of the person, believed or not: whichever came first."""
    return day_of(min(row["as_of"] for row in rows if department_of(row) == department))


def _home(row: Row) -> str | None:
    """Département of the address in a record."""
    return residence(row["city_code"], row["postal_code"])


def _payer(row: Row) -> str | None:
    """Département that pays by a record, if the right is open."""
    return row["rsa_department"] if is_open(row) else None


def _last_contact(rows: Sequence[Row]) -> date:
    """The day of the newest record that isn't the answer to a question of ours, which is no contact."""
    contact_days = [row["as_of"] for row in rows if row["source"] not in ASKED_SOURCES]
    return day_of(max(contact_days or [row["as_of"] for row in rows]))


def is_open(row: Row) -> bool:
    """Whether this record says that the person's right to the RSA is open."""
    return row["rsa_status"] in OPEN_RIGHTS


def _rsa(rsa: Row | None, duties: Row | None, answer: Row | None) -> Row | None:
    """The rights as one record says them; the day of rights and duties, which the CNAF sends apart, beside them.

    Whether the person is a beneficiary is what was said last: by the record on rights, or by an answer of the day.
    """
    main = rsa or answer or duties
    if main is None:
        return None
    answered = answer is not None and (rsa is None or answer["as_of"] >= rsa["as_of"])
    by_record = None if rsa is None else is_open(rsa)
    return {
        "status": rsa and rsa["rsa_status"],
        "requested_on": rsa and rsa["rsa_requested_on"],
        "rights_and_duties": rsa and rsa["rsa_rights_and_duties"],
        "suspended_on": rsa and rsa["rsa_suspended_on"],
        "rights_and_duties_since": duties and duties["rsa_rights_and_duties_since"],
        "suspension_reason": rsa and rsa["rsa_suspension_reason"],
        "beneficiary": answer["rsa_beneficiary"] if answer is not None and answered else by_record,
        "entitled_since": answer and answer["rsa_entitled_since"],
        "increased": answer and answer["rsa_increased"],
        **_lineage(main),
    }


def _allocations(first: First) -> Row | None:
    paid = ("unemployment_insurance", "specific_solidarity", "activity_bonus")
    record = first(lambda row: any(row[name] is not None for name in paid))
    return record and {**_copy(record, *paid), **_lineage(record)}


def _resources(first: First) -> Row | None:
    record = first(lambda row: row["income_month"] is not None)
    if record is None:
        return None
    values = {"month": record["income_month"], "band": record["income_band"], "earned": record["earned_income"]}
    return {**values, **_lineage(record)}


def _education(first: First) -> Row | None:
    """The level as one record says it; the diploma, which few sources ask for, beside it."""
    studied, graduated = (first(lambda row, name=name: row[name] is not None) for name in ("education_code", "diploma"))
    main = studied or graduated
    return main and {
        "level": studied and studied["education_level"],
        "code": studied and studied["education_code"],
        "diploma": graduated and graduated["diploma"],
        **_lineage(main),
    }


def _disability(rows: Sequence[Row], ranks: Ranks, first: First) -> Row | None:
    """The RQTH that ends last, which an older one stated elsewhere must not hide, and what is said of the BOE."""
    rqth = max(
        (row for row in rows if row["rqth_ends_on"] is not None),
        key=lambda row: (row["rqth_ends_on"], _rank(row, ranks)),
        default=None,
    )
    obligation = first(lambda row: row["employment_obligation"] is not None)
    main = rqth or obligation
    return main and {
        "rqth_starts_on": rqth and rqth["rqth_starts_on"],
        "rqth_ends_on": rqth and rqth["rqth_ends_on"],
        "employment_obligation": obligation and obligation["employment_obligation"],
        **_lineage(main),
    }


def _identifiers(rows: Sequence[Row], ranks: Ranks) -> Mapping[tuple[str, str], Row]:
    """Each key that a source bears for the person, from the record that ranks first; a matricule whose organisme isn't
    known is not one."""
    identifiers: dict[tuple[str, str], Row] = {}
    for row in _ranked(rows, ranks):
        plain = {"organisation": None, "role": None, "request_number": None, **_lineage(row)}
        if row["organisme"] is not None and row["matricule"] is not None:
            kind, _, number = row["organisme"].partition(":")
            identifiers.setdefault(
                (kind, row["matricule"]), {**plain, "organisation": number, **_copy(row, "role", "request_number")}
            )
        for kind, column in (
            ("FRANCE_TRAVAIL", "france_travail_id"),
            ("CD_INTERNE", "department_internal_id"),
            ("PASS_IAE", "pass_iae"),
        ):
            if row[column] is not None:
                identifiers.setdefault((kind, row[column]), plain)
        if row["source"] == "rdv-insertion" and row["source_id"].startswith("user:"):
            identifiers.setdefault(("RDV_INSERTION", row["source_id"].removeprefix("user:")), plain)
    return identifiers


def _rights(rows: Sequence[Row], ranks: Ranks) -> list[Row]:
    """The newest records on rights of each département that pays: an older dossier no longer counts there.

    They are those of the most believed sources that speak of rights: what a tool still repeats does not open a right
    that the CNAF has closed.
    """
    speaking = [row for row in rows if row["rsa_status"] is not None]
    rank = min((ranks[row["source"]] for row in speaking), default=None)
    dated = [row for row in speaking if ranks[row["source"]] == rank]
    newest: dict[str | None, datetime] = {}
    for row in dated:
        newest[row["rsa_department"]] = max(row["as_of"], newest.get(row["rsa_department"], row["as_of"]))
    return [row for row in dated if row["as_of"] == newest[row["rsa_department"]]]


def _shared(rows: Sequence[Row], dossiers: Sequence[Row]) -> Iterator[Row]:
    """What each dossier says of each record that makes the person one of its adults; the key there is the record's."""
    by_dossier = {(dossier["organisme"], dossier["matricule"]): dossier for dossier in dossiers}
    for row in rows:
        dossier = by_dossier.get((row["organisme"], row["matricule"]))
        if dossier is not None:
            contact = _copy(dossier, "email", "phones", "source", "as_of")
            yield {**row, **contact, "contact_origin": "DOSSIER", "contact_authorisation": "I"}


def _contact(first: First, first_shared: First) -> Row | None:
    """Ways of contact and address; `first_shared` picks from what the dossiers say too."""
    reach = first_shared(lambda row: row["email"] is not None or bool(row["phones"]))
    address = first(
        lambda row: row["city"] is not None or row["postal_code"] is not None or row["city_code"] is not None,
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
        "street": address["street"] if address else None,
        "postal_code": address["postal_code"] if address else None,
        "city": address["city"] if address else None,
        "city_code": address["city_code"] if address else None,
        **_lineage(main),
        "address_source": address["source"] if address else None,
        "address_as_of": address["as_of"] if address else None,
    }


def _picker(rows: Sequence[Row], ranks: Ranks) -> First:
    """A function to the row to take a group from, of those that hold something of it: a preferred one, then the most
    believed, then the newest, then by its id."""
    ordered = _ranked(rows, ranks)

    def first(holds: Callable[[Row], bool], *, prefer: Callable[[Row], bool] | None = None) -> Row | None:
        preferred = prefer and next((row for row in ordered if holds(row) and prefer(row)), None)
        return preferred or next(filter(holds, ordered), None)

    return first


def _ranked(rows: Sequence[Row], ranks: Ranks) -> Sequence[Row]:
    """The rows, those first that win over others."""
    return sorted(rows, key=lambda row: _rank(row, ranks), reverse=True)


def _rank(row: Row, ranks: Ranks) -> tuple[int, datetime, str]:
    return -ranks[row["source"]], row["as_of"], row["source_id"]


def _copy(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns}


def _lineage(row: Row) -> Row:
    return _copy(row, "source", "source_id", "as_of")
