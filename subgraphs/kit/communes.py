"""Centroids of communes, from `reference/communes.csv`: distances are computed from them.

The file's header names its sources, date and licence. A commune that it doesn't hold has no distance: never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "reference" / "communes.csv"
COLUMNS = ("code_insee", "nom", "latitude", "longitude")
CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
"""INSEE code of a commune or municipal arrondissement: five characters, Corsica as 2A and 2B
(docs/domain.md#identifiers)."""


class CommunesError(Exception):
    """The reference file is malformed; `line` is 1-based, `code` is stable, `message` says in French what to mend."""

    def __init__(self, code: str, line: int, message: str) -> None:
        super().__init__(f"{code}: line {line}")
        self.code = code
        self.line = line
        self.message = f"communes.csv, ligne {line} : {message}"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune and its centroid, in decimal degrees (WGS 84)."""

    code: str
    name: str
    latitude: float
    longitude: float


def load(file: Path = FILE) -> dict[str, Commune]:
    """The communes of the reference file by INSEE code; raises CommunesError."""
    with file.open(encoding="utf-8") as lines:
        return read(lines)


def read(lines: Iterable[str]) -> dict[str, Commune]:
    """The communes of a file of lines `code_insee;nom;latitude;longitude`; `#` begins a comment line."""
    communes: dict[str, Commune] = {}
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
    if header is None:
        raise CommunesError("COMMUNES_HEADER", number, f"il manque l'en-tête « {';'.join(COLUMNS)} ».")
    return communes


def _commune(cells: tuple[str, ...], line: int) -> Commune:
    if len(cells) != len(COLUMNS):
        raise CommunesError("COMMUNES_CELLS", line, f"il faut {len(COLUMNS)} cellules séparées par « ; ».")
    code, name, latitude, longitude = cells
    if not CODE.fullmatch(code):
        mend = "le code INSEE a cinq caractères (un tableur a pu retirer le zéro de gauche)."
        raise CommunesError("COMMUNES_CODE", line, mend)
    if not name.strip():
        raise CommunesError("COMMUNES_NAME", line, "il manque le nom de la commune.")
    return Commune(code, name, _degrees(latitude, 90, line), _degrees(longitude, 180, line))


def _degrees(cell: str, bound: int, line: int) -> float:
    try:
        degrees = float(cell)
    except ValueError:
        degrees = float("nan")
    if not -bound <= degrees <= bound:
        mend = f"une coordonnée est un nombre à point décimal entre -{bound} et {bound}."
        raise CommunesError("COMMUNES_COORDINATES", line, mend)
    return degrees
