"""Forms of values that notebooks and files of Carnet de bord share: keys, rights, numbers of the CAF, postal codes."""

from __future__ import annotations

from datetime import date

from subgraphs.kit.ingest.ingestion_report import SetAside
from subgraphs.kit.ingest.person_registry import People, Rsa
from subgraphs.kit.ingest.text_forms import matricule
from subgraphs.people.names import name_key
from subgraphs.people.sources import carnet_values as v

ROME_CODE = r"[A-N]\d{4}"


def beneficiary_key(people: People, deployment: str, last_name: str, first_name: str, born: date | None) -> str:
    """The key of a beneficiary, the same in every file of the same département."""
    names = name_key(last_name) or "", name_key(first_name) or ""
    return people.opaque_key(v.NAME, deployment, *names, str(born))


def rights(status: str | None) -> Rsa | None:
    """The rights that a tool repeats: no département pays by its word, so that it opens nobody's perimeter."""
    return None if status is None else Rsa(status, None, None, None, None)


def chosen_matricule(text: str | None, path: str, set_aside: SetAside) -> str | None:
    """A number of the CAF or the MSA, whose organisme and role the tool does not know."""
    number = matricule(text)
    if text and number is None:
        set_aside("VALUE_UNKNOWN", path)
    return number


def chosen_postal_code(text: str | None, path: str, set_aside: SetAside) -> str | None:
    """A postal code of five digits; one of four has lost its zero."""
    code = (text or "").strip()
    if len(code) == 5 and code.isascii() and code.isdigit():
        return code
    if code:
        set_aside("LEADING_ZERO_LOST" if len(code) == 4 and code.isdigit() else "VALUE_UNKNOWN", path)
    return None
