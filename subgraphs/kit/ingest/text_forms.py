"""Normal forms of values that each source writes in its own way: instants, phones, e-mails, postal codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from typing import TypeVar

from schema.nir import whole_nir
from subgraphs.kit.ingest.ingestion_report import Refused, SetAside

_DOSSIER, _PADDED = 7, 15
"""Digits of a matricule, and of one as the flux of the CNAF fills it up."""
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>.]+(?:\.[^@\s<>.]+)+")
T = TypeVar("T")
_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2}|UTC|Z)$")


def instant(text: str, path: str) -> datetime:
    """Parse an ISO 8601 instant with an offset, as `utc` gives it."""
    try:
        moment = datetime.fromisoformat(_OFFSET.sub(r"\1", text.strip()).replace("UTC", "+00:00"))
    except ValueError:
        raise Refused("DATE_INVALID", path) from None
    return utc(moment, path)


def utc(moment: datetime, path: str) -> datetime:
    """The instant in UTC, to the second; fractions are cut, not rounded.

    Raises Refused where it has no offset, or is of the first or the last year: some zone has no date for it.
    """
    if moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
        raise Refused("DATE_INVALID", path)
    return moment.astimezone(UTC).replace(microsecond=0)


def day(text: str | None, path: str) -> date | None:
    """Parse a day written AAAA-MM-JJ or JJ/MM/AAAA; None for a blank text."""
    if not text or not text.strip():
        return None
    french = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text.strip())
    try:
        return date.fromisoformat("-".join(reversed(french.groups())) if french else text.strip())
    except ValueError:
        raise Refused("DATE_INVALID", path) from None


def optional_day(text: str | None, path: str, set_aside: SetAside) -> date | None:
    """Parse a day that a record can do without; one that can't be read is set aside."""
    try:
        return day(text, path)
    except Refused as refused:
        set_aside(refused.code, refused.path)
        return None


def chosen(text: str | None, values: Mapping[str, T], path: str, set_aside: SetAside) -> T | None:
    """The value that a text stands for, whatever its case; one that isn't of the list is set aside."""
    choice = (text or "").strip()
    value = values.get(choice, values.get(choice.lower(), values.get(choice.upper())))
    if choice and value is None:
        set_aside("VALUE_UNKNOWN", path)
    return value


def phone(text: str) -> str | None:
    """Ten digits of a French number, or a foreign one with its plus sign; None if it is neither.

    Nine digits get the zero back that a spreadsheet took off, since no French number has nine.
    """
    bare = re.sub(r"[\s.()-]", "", text)
    french = re.fullmatch(r"(?:(?:\+|00)33|0)?0?([1-9]\d{8})", bare, re.ASCII)
    if french:
        return f"0{french[1]}"
    return bare if re.fullmatch(r"\+[1-9]\d{6,14}", bare, re.ASCII) else None


def phones(text: str | None, path: str, set_aside: SetAside) -> tuple[str, ...]:
    """The numbers of a field that may hold several, mobiles first; what is none is set aside."""
    numbers = [phone(part) for part in re.split(r"[,;/|]", text or "") if part.strip()]
    if None in numbers:
        set_aside("PHONE_INVALID", path)
    return mobiles_first(number for number in numbers if number is not None)


def mobiles_first(numbers: Iterable[str]) -> tuple[str, ...]:
    """Each number once, mobiles before the others, else in their order."""
    return tuple(dict.fromkeys(sorted(numbers, key=lambda number: not number.startswith(("06", "07")))))


def emails(text: str | None, path: str, set_aside: SetAside) -> tuple[str, ...]:
    """The addresses of a field that may hold several, in small letters; what is none is set aside."""
    parts = [part.strip("<>\"'").lower() for part in re.split(r"[\s,;|]+", text or "") if part]
    if not all(map(_ADDRESS.fullmatch, parts)):
        set_aside("EMAIL_INVALID", path)
    return tuple(part for part in parts if _ADDRESS.fullmatch(part))


def ways_of_contact(email: str | None, number: str | None) -> tuple[str, ...]:
    """An e-mail and a telephone as they are compared, without those that are none."""
    read = (*emails(email, "", _ignored), *phones(number, "", _ignored))
    return tuple(dict.fromkeys(read))


def _ignored(code: str, path: str) -> None:
    """Tell nobody of a value that is not kept."""


def department_of_postal_code(code: str | None) -> str | None:
    """Département that a postal code begins with; 200 and 201 are southern Corsica."""
    if code is None:
        return None
    if code.startswith("20"):
        return "2A" if code[2] in "01" else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def department_of_city(code: str | None) -> str | None:
    """Département of a commune by its INSEE code: 2A and 2B in Corsica, three digits overseas."""
    if code is None:
        return None
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def residence(city_code: str | None, postal_code: str | None) -> str | None:
    """Département in which an address is: by its commune, else by its postal code."""
    return department_of_city(city_code) or department_of_postal_code(postal_code)


def national_number(text: str) -> str:
    """A number of France Travail or of a PASS IAE in its one writing: capitals without spaces."""
    return re.sub(r"\s", "", text).upper()


def matricule(text: str | None) -> str | None:
    """Digits of a CAF or MSA number, seven at least, with or without its letters; a NIR, as the MSA's are, in capitals
    without spaces; None if it is neither (docs/domain.md#identifiers)."""
    bare = re.sub(r"^(?:CAF|MSA)", "", re.sub(r"\s", "", text or "").upper())
    if whole_nir(bare) is not None:
        return bare
    digits = re.fullmatch(r"0*(\d+)", bare, re.ASCII)
    return None if digits is None else unpadded(digits[1].rjust(_DOSSIER, "0"))


def unpadded(number: str) -> str:
    """Seven digits of a matricule that zeros on the right fill up to fifteen; another one, whole: its foyer must not be
    taken for another."""
    return number[:_DOSSIER] if len(number) == _PADDED and not number[_DOSSIER:].strip("0") else number
