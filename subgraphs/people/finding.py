"""`findPerson`: the form of the identity that it takes, and the match keys made of it (`match_keys`)."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from schema.categories import Category
from schema.nir import covered, normalise
from subgraphs.kit.enums import choice, value
from subgraphs.kit.errors import BadInput
from subgraphs.kit.identity_match import IdentityMatch, match_input
from subgraphs.kit.ingest.text_forms import matricule, national_number
from subgraphs.kit.page_arguments import day
from subgraphs.kit.scalars import Date
from subgraphs.people.match_keys import DEPARTMENT, DOSSIERS, NAMES, NIR, Identifier, match_key
from subgraphs.people.names import name_key
from subgraphs.people.nir import hashed
from subgraphs.people.tables import person
from subgraphs.people.values import DossierRole


@choice("Système d'un identifiant par lequel une personne se rapproche.")
class NationalIdentifierKind(Enum):
    CAF = value("Caisse d'allocations familiales.")
    MSA = value("Mutualité sociale agricole.")
    FRANCE_TRAVAIL = value("France Travail, 8 ou 11 caractères.")
    PASS_IAE = value("PASS IAE, 12 chiffres.")


@strawberry.input(description="Identifiant de la personne dans un système national.")
class IdentifierInput:
    kind: NationalIdentifierKind = match_input("Système de l'identifiant.")
    value: str = match_input("Valeur de l'identifiant.")
    organisation: str | None = match_input("Organisme gestionnaire, pour un matricule CAF ou MSA.")
    role: DossierRole | None = match_input("Rôle dans le dossier, pour un matricule CAF ou MSA.")


@strawberry.input(
    description="Identifiant de la personne dans le système d'information d'un Conseil départemental.",
)
class DepartmentIdentifierInput:
    department: str = match_input("Code du département.")
    value: str = match_input("Valeur de l'identifiant.")


@strawberry.input(description="Noms d'une personne, sans égard à la casse ni aux accents.")
class NamesInput:
    last_name: str = match_input("Nom d'usage ou de naissance.")
    first_name: str = match_input("Prénom.")


@strawberry.input(description="Identité à rapprocher : au moins un identifiant ou les noms, et la date de naissance.")
class IdentityInput:
    birth_date: Date = match_input("Date de naissance.", reads=("Person.birthDate",))
    nir: str | None = match_input(
        "NIR, de 13 caractères, ou 15 avec sa clé ; haché avant toute recherche, jamais conservé ni journalisé.",
        match=Category.NIR,
    )
    identifier: IdentifierInput | None = match_input("Identifiant dans un système national.", match=Category.IDX)
    department_identifier: DepartmentIdentifierInput | None = match_input(
        "Identifiant interne d'un Conseil départemental, pour qui peut lire les identifiants en entier.",
        match=Category.IDX,
        reads=("Person.identifiers", "SectorIdentifier.value"),
    )
    names: NamesInput | None = match_input(
        "Nom et prénom, pour qui instruit la demande d'une personne sous un numéro de dossier ; deux homonymes nés le "
        "même jour donnent SEVERAL.",
        match=Category.ID,
        reads=("Person.lastName", "Person.birthName", "Person.firstName"),
    )


_LONGEST = 64


def keys(identity: Any, secret: bytes) -> tuple[str | None, ...]:
    """Return the match keys of the NIR, the national identifier, the département's and the names, None for each that is
    missing.

    Raises BadInput (BAD_IDENTITY), which tells the place and the form, never the value.
    """
    if not isinstance(identity, dict):
        raise _bad("identity", "OBJECT")
    born = day(identity.get("birthDate"))
    if born is None:
        raise _bad("identity.birthDate", "DATE")
    identifiers = (
        _nir(identity.get("nir"), secret),
        _national(identity.get("identifier"), secret),
        _departmental(identity.get("departmentIdentifier"), secret),
        _by_names(identity.get("names")),
    )
    if not any(identifiers):
        raise _bad("identity", "IDENTIFIED")
    return tuple(match_key(identifier, born, secret) if identifier is not None else None for identifier in identifiers)


IDENTITY_MATCH = IdentityMatch(
    argument="identity",
    description="Identité à rapprocher, passée en variable seulement.",
    input=IdentityInput,
    keys=("nir", "identifier", "departmentIdentifier", "names"),
    read=keys,
    surest_column=person.c.nir_last_digits,
)


def _nir(text: Any, secret: bytes) -> Identifier | None:
    if text is None:
        return None
    nir = normalise(text) if isinstance(text, str) else None
    if nir is None:
        raise _bad("identity.nir", "NIR")
    return NIR, hashed(nir, secret).hex()


def _national(identifier: Any, secret: bytes) -> Identifier | None:
    if identifier is None:
        return None
    kind, value = identifier.get("kind"), _text("identity.identifier.value", identifier.get("value"))
    if kind not in DOSSIERS:
        return kind, covered(national_number(value), secret)
    number = matricule(value)
    if number is None or identifier.get("organisation") is None or identifier.get("role") is None:
        raise _bad("identity.identifier", "DOSSIER")
    number = covered(number, secret, kind)
    return kind, _text("identity.identifier.organisation", identifier["organisation"]), number, identifier["role"]


def _departmental(identifier: Any, secret: bytes) -> Identifier | None:
    if identifier is None:
        return None
    department = _text("identity.departmentIdentifier.department", identifier.get("department"))
    value = _text("identity.departmentIdentifier.value", identifier.get("value"))
    return DEPARTMENT, department.upper(), covered(value, secret)


def _by_names(names: Any) -> Identifier | None:
    if names is None:
        return None
    last, first = (name_key(_text(f"identity.names.{name}", names.get(name))) for name in ("lastName", "firstName"))
    if last is None or first is None:
        raise _bad("identity.names", "NAMES")
    return NAMES, last, first


def _text(place: str, value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text.isprintable() or not 1 <= len(text) <= _LONGEST:
        raise _bad(place, "NUMBER")
    return text


def _bad(place: str, expected: str) -> BadInput:
    return BadInput(place, expected, "BAD_IDENTITY")
