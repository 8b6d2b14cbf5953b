"""Find what looks like a NIR in a client's text, to refuse it before it is stored or read (docs/policy.md#rule-6).

A document may hold one in a literal, a comment, a name or an alias: caches keep documents, the journal keeps their
names, references and trace ids, clients log them. A SIRET has 14 digits, a NIR 13 or 15, two of which are 2A or 2B in
Corsica; it is written in one piece or in groups.
"""

from __future__ import annotations

import re

from hub.errors import DocumentRefused

_GAP = r"[-_./\s\u2010-\u2015]{0,3}"
_DIGITS = rf"[1-478](?<!\d.)(?:{_GAP}\d){{12}}(?:{_GAP}\d{_GAP}\d)?(?!\d)"
_CORSICAN = rf"[1-478](?:{_GAP}\d){{4}}{_GAP}2{_GAP}[ABab](?:{_GAP}\d){{6}}"
_WRITTEN = re.compile(f"{_DIGITS}|{_CORSICAN}")
_SPELLED = re.compile(r"[1-478]\d{4}(?:\d\d|2[ab])\d{6}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
"""RFC 9562; one UUID in a hundred has a NIR's digits in a row by chance."""


def holds_nir(text: str) -> bool:
    """Whether a text holds the form of a NIR, with any separators between its groups; UUIDs are left out."""
    return bool(_WRITTEN.search(text)) and bool(_WRITTEN.search(_UUID.sub("id", text)))


def may_hold_nir(hexadecimal: str) -> bool:
    """Whether these digits, in lower case, spell a NIR at any place; two in a hundred random ids do."""
    return bool(_SPELLED.search(hexadecimal))


def refuse_nir(text: str | None) -> None:
    """Raise DocumentRefused (DOCUMENT_NIR) if the text of a document holds a NIR."""
    if text is not None and holds_nir(text):
        raise DocumentRefused(
            "DOCUMENT_NIR",
            "Le document contient ce qui a la forme d'un NIR : retirez-le. Un NIR se passe dans les variables, à "
            "« findPerson » seulement.",
            "the document holds what looks like a NIR",
        )
