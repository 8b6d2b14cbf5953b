"""What the hub stores of a NIR: a keyed hash and three digits (C. trav. R.5312-42 2° a), matching only)."""

from __future__ import annotations

import hmac

COVERED_COLUMNS = ("department_internal_id", "france_travail_id")
"""Columns of `people.identity`, besides the matricule, by which people are matched: a source may put a NIR there."""

NIR_COLUMNS = frozenset(("nir_hash", "nir_last_digits"))
"""Columns of `people.identity` that come from a NIR: a wrong one takes an earlier one away from nobody."""


def last_digits(nir: str) -> str:
    """The last three digits of a normalised NIR, by which a person knows its own: they are a rank in a register, and
    tell neither sex nor birth."""
    return nir[-3:]


def hashed(nir: str, key: bytes) -> bytes:
    """Keyed hash of a normalised NIR, made before any SQL."""
    return hmac.digest(key, nir.encode("ascii"), "sha256")
