"""Documents that hold what looks like a NIR, refused before anything keeps or reads them (policy.md rule 6).

In a literal, a comment, a name or an alias: a document is kept by caches, its names by the journal, its text by logs of
clients. A SIRET has 14 digits, a NIR 13 or 15.
"""

from __future__ import annotations

import re

from hub.errors import DocumentRefused

_GAP = r"[\s.]?"
_NIR = re.compile(
    rf"[1-478](?<!\d.)(?:{_GAP}\d){{4}}{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}(?:{_GAP}\d{_GAP}\d)?(?!\d)"
)


def refuse_numbers(text: str | None) -> None:
    """Raise DocumentRefused (DOCUMENT_NIR) if the text of a document holds one."""
    if text is not None and _NIR.search(text):
        raise DocumentRefused(
            "DOCUMENT_NIR",
            "Le document contient ce qui a la forme d'un NIR : retirez-le. Un NIR se passe dans les variables, à "
            "« findPerson » seulement.",
            "the document holds what looks like a NIR",
        )
