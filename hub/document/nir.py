"""A document that holds what looks like a NIR is refused before it is stored or read (docs/policy.md#rule-6).

It may hold one in a literal, a comment, a name or an alias: caches keep documents, the journal keeps their names,
references and trace ids, clients log them.
"""

from __future__ import annotations

from hub.errors import DocumentRefused
from schema.nir import holds_nir


def refuse_nir(text: str | None) -> None:
    """Raise DocumentRefused (DOCUMENT_NIR) if the text of a document holds a NIR."""
    if text is not None and holds_nir(text):
        raise DocumentRefused(
            "DOCUMENT_NIR",
            "Le document contient ce qui a la forme d'un NIR : retirez-le. Un NIR se passe dans les variables, à "
            "« findPerson » seulement.",
            "the document holds what looks like a NIR",
        )
