"""The communes of France, from `reference/communes.csv`: their names, postal codes and centroids.

The file's header names its sources, date and licence; `infra/communes.py` makes it. A code of a commune that was merged
into another one stands for the latter. A commune that the file doesn't hold has no distance: never an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "reference" / "communes.csv"
COLUMNS = ("code_insee", "nom", "latitude", "longitude", "codes_postaux", "anciens_codes")
CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
"""INSEE code of a commune or municipal arrondissement: five characters, Corsica as 2A and 2B
(docs/domain.md#identifiers)."""
POSTAL_CODE = re.compile(r"\d{5}")
_WORDS = re.compile(r"[a-z]+|\d+")
_SHORT = {"st": "saint", "ste": "sainte"}
_CEDEX = re.compile(r"\bcedex\b.*", re.IGNORECASE)


class CommunesError(Exception):
    """The reference file is malformed; `line` is 1-based, `code` is stable, `message` says in French what to mend."""

    def __init__(self, code: str, line: int, message: str) -> None:
        super().__init__(f"{code}: line {line}")
        self.code = code
        self.line = line
        self.message = f"communes.csv, ligne {line} : {message}"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune or municipal arrondissement: its centroid, in decimal degrees (WGS 84), its postal codes, and the codes
    of the communes that were merged into it."""

    code: str
    name: str
    latitude: float
    longitude: float
    postal_codes: tuple[str, ...] = ()
    former_codes: tuple[str, ...] = ()


@cache
def communes() -> dict[str, Commune]:
    """The communes whose centroid is known by their codes, former ones included."""
    return load()


def commune_at(postal_code: str | None, name: str | None) -> Commune | None:
    """Return the commune of an address: among those of the postal code the one of that name, else the only one.

    Homonyms of other postal codes don't count; where several are left, the commune isn't known.
    """
    candidates = _by_postal_code().get(postal_code or "", ())
    if len(candidates) != 1:
        folded_name = _folded(name or "")
        candidates = tuple(commune for commune in candidates if _folded(commune.name) == folded_name)
    return candidates[0] if len(candidates) == 1 else None


@cache
def _by_postal_code() -> dict[str, tuple[Commune, ...]]:
    index: dict[str, tuple[Commune, ...]] = {}
    for code, commune in communes().items():
        if code == commune.code:
            for postal_code in commune.postal_codes:
                index[postal_code] = (*index.get(postal_code, ()), commune)
    return index


def _folded(name: str) -> str:
    """A name without case, accents, hyphens, abbreviations and CEDEX."""
    plain = unicodedata.normalize("NFKD", _CEDEX.sub("", name.replace("œ", "oe").replace("Œ", "OE"))).lower()
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(_SHORT.get(word, word) for word in _WORDS.findall(letters))


def load(file: Path = FILE) -> dict[str, Commune]:
    """The communes of the reference file by INSEE code, former ones included; raises CommunesError."""
    with file.open(encoding="utf-8") as lines:
        return read(lines)


def read(lines: Iterable[str]) -> dict[str, Commune]:
    """The communes of a file of lines of the columns `COLUMNS`; `#` begins a comment line."""
    communes: dict[str, Commune] = {}
    former: dict[str, tuple[Commune, int]] = {}
    header: tuple[str, ...] | None = None
    number = 0
    for number, line in enumerate(lines, start=1):
        if line.startswith("#") or not line.strip():
            continue
        cells = tuple(line.rstrip("\r\n").split(";"))
        if header is None:
            header = cells
            if header != COLUMNS:
                raise CommunesError("COMMUNES_HEADER", number, f"l'en-tête doit être « {';'.join(COLUMNS)} ».")
            continue
        commune = _commune(cells, number)
        if commune.code in communes:
            raise CommunesError("COMMUNES_TWICE", number, "code déjà donné plus haut : gardez une seule ligne.")
        communes[commune.code] = commune
        former.update((code, (commune, number)) for code in commune.former_codes)
    if header is None:
        raise CommunesError("COMMUNES_HEADER", number, f"il manque l'en-tête « {';'.join(COLUMNS)} ».")
    for code, (commune, number) in former.items():
        if communes.setdefault(code, commune) is not commune:
            raise CommunesError("COMMUNES_TWICE", number, "ancien code d'une commune qui existe : retirez-le.")
    return communes


def _commune(cells: tuple[str, ...], line: int) -> Commune:
    if len(cells) != len(COLUMNS):
        raise CommunesError("COMMUNES_CELLS", line, f"il faut {len(COLUMNS)} cellules séparées par « ; ».")
    code, name, latitude, longitude, postal_codes, former_codes = cells
    if not all(CODE.fullmatch(insee_code) for insee_code in (code, *former_codes.split())):
        mend = "le code INSEE a cinq caractères (un tableur a pu retirer le zéro de gauche)."
        raise CommunesError("COMMUNES_CODE", line, mend)
    if not name.strip():
        raise CommunesError("COMMUNES_NAME", line, "il manque le nom de la commune.")
    if not all(map(POSTAL_CODE.fullmatch, postal_codes.split())):
        raise CommunesError("COMMUNES_POSTAL_CODE", line, "un code postal a cinq chiffres.")
    position = _degrees(latitude, 90, line), _degrees(longitude, 180, line)
    return Commune(code, name, *position, tuple(postal_codes.split()), tuple(former_codes.split()))


def _degrees(cell: str, bound: int, line: int) -> float:
    try:
        degrees = float(cell)
    except ValueError:
        degrees = float("nan")
    if not -bound <= degrees <= bound:
        mend = f"une coordonnée est un nombre à point décimal entre -{bound} et {bound}."
        raise CommunesError("COMMUNES_COORDINATES", line, mend)
    return degrees
