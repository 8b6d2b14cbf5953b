"""Where someone was born, as a keyed hash by which records are compared and nothing is read back (decision 0100).

A NIR holds the INSEE code of the commune or country of birth; an extract of France Travail states it. The hash holds
the birth date too, so that it tells nothing of two people who were not born on one day.
"""

from __future__ import annotations

import hmac
import re
from datetime import date

from subgraphs.kit.ingest.person_registry import PersonRecord

FRANCE = "99100"
"""Its INSEE code as a country."""
_ABROAD = re.compile(r"9(?:9|[1-6])\d{3}")
"""Countries, and 91 to 96, départements and protectorates in Africa before their independence."""
_CORSICA = re.compile(r"2[AB]")
"""Its départements since 1976; a NIR given before has 20."""


def birth_place_hash(record: PersonRecord, nir: str | None, key: bytes) -> bytes | None:
    """Return the hash of the birth place of a record with this normalised NIR; None if it is unknown or tells nothing.

    A country tells nothing of who is born on a 1 January, the date of those whose day of birth is unknown: there are
    many with one name.
    """
    stated = record.birth_place or record.birth_city_code or record.birth_country_code
    place = stated if nir is None else nir[5:10]
    born = record.birth_date
    if place is None or place == FRANCE or born is None or (_ABROAD.fullmatch(place) and _is_first_of_january(born)):
        return None
    parts = ("birth place", _CORSICA.sub("20", place, count=1), born.isoformat())
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")


def _is_first_of_january(day: date) -> bool:
    return (day.month, day.day) == (1, 1)
