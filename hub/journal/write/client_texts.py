"""Checks of the two texts of a client that the journal keeps, so that neither holds a person's number."""

from __future__ import annotations

import re

from hub.errors import RequestRefused
from schema.nir import holds_nir

LABEL = re.compile(r"(?!.*\d{13})[A-Za-z0-9_-]{1,40}")
"""docs/policy.md#words: letters, digits, `-` and `_`, no run of 13 digits (a NIR has 13 or 15); nor one in groups."""


def check_reference(reference: str | None, needed: bool = False) -> str | None:
    """The case number of the header `Purpose-Reference`; raises RequestRefused (PURPOSE_REFERENCE, and
    PURPOSE_REFERENCE_MISSING if the purpose needs one)."""
    if reference is None and needed:
        raise RequestRefused(
            "PURPOSE_REFERENCE_MISSING",
            "Cette finalité ne se déclare qu'avec le numéro du dossier, dans l'en-tête « Purpose-Reference ».",
            "the purpose needs the header Purpose-Reference",
        )
    return _checked(reference, "PURPOSE_REFERENCE", "L'en-tête « Purpose-Reference »")


def check_operation_name(name: str | None) -> str | None:
    """The operation's name; raises RequestRefused (OPERATION_NAME)."""
    return _checked(name, "OPERATION_NAME", "Le nom de l'opération")


def _checked(text: str | None, code: str, subject: str) -> str | None:
    if text is not None and (not LABEL.fullmatch(text) or holds_nir(text)):
        raise RequestRefused(
            code,
            f"{subject} entre au journal des accès : 40 caractères au plus, lettres, chiffres, « - » et « _ », "
            "sans suite de 13 chiffres ni rien qui ait la forme d'un NIR.",
            f"{code.lower()} does not match the allowed form",
        )
    return text
