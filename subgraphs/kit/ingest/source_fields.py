"""What becomes of each field that a source sends, as its connector declares it beside its code: `Source.fields`.

A path is a heading of a CSV, steps joined by `.` in JSON, by `/` in XML, with `@` before an attribute; indexes of lists
are left out. `"path.*"` stands for whatever is below a path, and is never read. A mapping below a path, or below
several of one form, holds the rest of the paths: `{"users.": USER}` or `{("users.", "participations.user."): USER}`.

docs/provenance.md tells these declarations; tests/sources/test_source_fields.py compares them with the code, the files
of the demonstration and the sample payloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeAlias


class Used(Enum):
    """What a field is read for that no field of the graph shows; the values are texts of docs/provenance.md."""

    RECORD = "désigne l'enregistrement, que son état suivant remplace"
    AS_OF = "date ce que dit l'enregistrement (`provenance.asOf`)"
    MATCH = "rapproche les enregistrements d'une même personne ; n'est pas rendu"
    NIR = "rapproche, sous forme d'empreinte ; n'est ni gardé ni rendu en clair"
    SCOPE = "dit quelle organisation ou quel département a un lien avec la personne, donc qui peut lire"
    REVEALS = "dit ce que nommer l'organisation révélerait, donc ce qui est tu"
    SELECTION = "choisit ce qui est repris du reste de l'enregistrement"
    CHECK = "vérifie que l'enregistrement est entier et prouvé"


class Unkept(Enum):
    """Why a field is not kept; the values are texts of docs/provenance.md."""

    NO_GRANT = "aucune habilitation ne l'ouvrirait à quiconque"
    NO_PURPOSE = "aucune finalité du hub ne le demande"
    FREE_TEXT = "texte libre, qui peut révéler n'importe quoi"
    REVEALING = "révèle la santé, la famille, le séjour ou des montants au-delà de ce que les finalités demandent"
    NOT_UNDERSTOOD = "nomenclature non publiée : ce que ses codes révèlent n'est pas connu"
    PROFESSIONAL = "donnée d'un professionnel ou d'un tiers, qui n'est pas le sujet du hub"
    SAID_BETTER = "dit plus sûrement par un autre champ ou une autre source"
    TECHNICAL = "état ou identifiant propre au système"
    NOT_SERVED_YET = "pas encore servi (« Pas encore servi », sources.md)"


Use: TypeAlias = "str | Used | Unkept"
"""Coordinates of the graph that show the value (`"Person.firstName"`, several with blanks between), or another fate."""
Fields: TypeAlias = "Mapping[str | tuple[str, ...], Use | tuple[Use, ...] | Fields]"


def flattened(fields: Fields, prefix: str = "") -> Iterator[tuple[str, tuple[Use, ...]]]:
    """Each path with what becomes of it, every coordinate by itself."""
    for paths, fate in fields.items():
        for path in (paths,) if isinstance(paths, str) else paths:
            if isinstance(fate, Mapping):
                yield from flattened(fate, prefix + path)
            else:
                yield prefix + path, tuple(_uses(fate if isinstance(fate, tuple) else (fate,)))


def _uses(fates: tuple[Use, ...]) -> Iterator[Use]:
    for fate in fates:
        if isinstance(fate, str):
            yield from fate.split()
        else:
            yield fate


def uses_of(path: str, uses: Mapping[str, tuple[Use, ...]]) -> tuple[Use, ...]:
    """What becomes of a path; empty if no row declares it."""
    row = row_of(path, uses)
    return () if row is None else uses[row]


def row_of(path: str, uses: Mapping[str, tuple[Use, ...]]) -> str | None:
    """The row that declares a path: its own, or the longest one ending in `*` that covers it."""
    if path in uses:
        return path
    covering = [use for use in uses if use.endswith("*") and path.startswith(use[:-1])]
    return max(covering, key=len) if covering else None
