"""The NIR as a match key: shape, control key, and what the hub stores of it: a keyed hash and three digits.

Source of the rule: C. trav. R.5312-42 2° a) (matching only); docs/domain.md#identifiers (13 digits, Corsica 2A and 2B).
"""

from __future__ import annotations

import hmac
import re

_SHAPE = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}(\d{2})?")


def normalise(text: str) -> str | None:
    """The first 13 characters of a NIR written with or without its key and spaces; None if it isn't one."""
    compact = re.sub(r"[\s.]", "", text).upper()
    shape = _SHAPE.fullmatch(compact)
    if shape is None or (shape[1] is not None and int(shape[1]) != control_key(compact[:13])):
        return None
    return compact[:13]


def control_key(nir: str) -> int:
    """97 − (n mod 97), with 2A read as 19 and 2B as 18."""
    return 97 - int(nir.replace("2A", "19").replace("2B", "18")) % 97


def last_digits(nir: str) -> str:
    """The last three digits of a normalised NIR, by which a person knows its own: they are a rank in a register, and
    tell neither sex nor birth."""
    return nir[-3:]


def hashed(nir: str, key: bytes) -> bytes:
    """Keyed hash of a normalised NIR, made before any SQL."""
    return hmac.digest(key, nir.encode("ascii"), "sha256")
