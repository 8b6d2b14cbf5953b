"""Names as they are compared: by the registry when it matches, and by the search columns `*_key` of `people.person`."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def name_key(name: str | None) -> str | None:
    """Capitals without accents, hyphens or apostrophes: `Élodie` and `ELODIE` are one name; None for no letter."""
    if name is None:
        return None
    bare = "".join(letter for letter in normalize("NFKD", name.translate(_LIGATURES)) if not combining(letter))
    return re.sub(r"[^A-Z0-9]+", " ", bare.upper()).strip() or None
