"""The form of a NIR, and where a text holds one: what no text that enters may bring into a table, a log or an answer.

Two recognisers, since they pay differently for an error. `holds_nir` is for what a client writes, which is refused
and written again: any groups, any key. `states_nir` is for data, where a wrong alarm costs a value: the groups in
which a NIR is written, or fifteen digits whose key is right. Source of the rule: C. trav. R.5312-42 2° a) (the NIR
matches, and does nothing else); docs/domain.md#identifiers (13 digits, Corsica 2A and 2B, provisional 7 and 8).
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterator

MASK = "[NIR]"
"""What stands in a text for a NIR that was taken out of it."""

COVER = "NIR_"
"""What the hash that stands for an identifier begins with; no answer shows such a one."""
MSA = "MSA"
SHORTEST = 13
"""Characters of the shortest text that holds a NIR."""
DOSSIER_DIGITS = 7
"""Digits of the number of a dossier that is no NIR (docs/domain.md#identifiers)."""

_SHAPE = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}(\d{2})?", re.ASCII)

_GAP = r"[-_./\s\u00b7\u2010-\u2015\u2212]{0,3}"
_DIGITS = rf"[1-478](?<!\d.)(?:{_GAP}\d){{12}}(?:{_GAP}\d{_GAP}\d)?(?!\d)"
_CORSICAN = rf"[1-478](?:{_GAP}\d){{4}}{_GAP}2{_GAP}[ABab](?:{_GAP}\d){{6}}"
_WRITTEN = re.compile(f"{_DIGITS}|{_CORSICAN}")
_GROUPS = (r"\d\d", r"\d\d", r"(?:\d\d|2[ABab])", r"\d{3}", r"\d{3}")
_GROUPED = re.compile(rf"(?<!\d)[1-478]{''.join(_GAP + group for group in _GROUPS)}(?:{_GAP}\d\d)?(?!\d)")
_FIFTEEN = re.compile(rf"(?<!\d)(?=([1-478](?:{_GAP}\d){{5}}{_GAP}[\dABab](?:{_GAP}\d){{8}})(?!\d))")
_SPELLED = re.compile(r"[1-478]\d{4}(?:\d\d|2[ab])\d{6}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
"""RFC 9562; one UUID in a hundred has a NIR's digits in a row by chance."""
_DIGEST = re.compile(r"(?<![0-9a-z])(?=\d*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{24})(?![0-9a-z])")
"""Keyed hashes as the hub writes them, and digests of others, whose digits tell nothing."""
_SEPARATOR = re.compile(_GAP[:-5])
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_INVISIBLE = ("Cf", "Mn", "Me")
"""Categories of characters that stand between digits unseen, or on them."""
_PADDING = "00"
_LONGEST = 15


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


def holds_nir(text: str) -> bool:
    """Whether a client's text holds the form of a NIR, in whatever groups and with any key; UUIDs are left out.

    Digits of any script are read as ordinary ones, invisible characters as none.
    """
    plain = _plain(text)
    return bool(_WRITTEN.search(plain)) and bool(_WRITTEN.search(_UUID.sub("id", plain)))


def may_hold_nir(hexadecimal: str) -> bool:
    """Whether these digits, in lower case, spell a NIR at any place; two in a hundred random ids do."""
    return bool(_SPELLED.search(hexadecimal))


def states_nir(text: str, *, number: bool = False) -> bool:
    """Whether a text of the data holds a NIR: in its groups, which may touch, or fifteen digits with the right key.

    UUIDs and digests are left out; so are, where a `number` of another kind may stand, fifteen digits in a row with
    another key, unless zeros fill it up. Digits of any script are read as ordinary ones, invisible characters as none.
    """
    return len(text) >= SHORTEST and next(_places(_plain(text), number), None) is not None


def whole_nir(text: str) -> str | None:
    """The first 13 characters of a NIR that is the whole text, in its groups or not, its key filled up with zeros or
    not; None if it isn't one."""
    compact = _SEPARATOR.sub("", _plain(text)).upper()
    return normalise(compact[:SHORTEST] if len(compact) == _LONGEST and _is_filled_up(compact) else compact)


def without_nir(text: str) -> str:
    """The text with a mark in place of each NIR."""
    plain = _plain(text)
    for start, end in reversed(list(_places(plain, number=False))):
        plain = plain[:start] + MASK + plain[end:]
    return plain if MASK in plain else text


def covered(number: str, key: bytes, organisme: str | None = None) -> str:
    """An identifier, or a keyed hash in its place if it holds a NIR: the same for all ways to write one.

    The number of a dossier of the MSA is the NIR of its holder (docs/domain.md#cnaf): unless it is as short as one of
    the CAF it is covered whatever its form, since one digit amiss makes no other secret of it.
    """
    of_msa = (organisme or "").partition(":")[0] == MSA and len(number) > DOSSIER_DIGITS
    if number.startswith(COVER) or not (of_msa or states_nir(number, number=True)):
        return number
    secret = whole_nir(number) or number
    return COVER + hmac.digest(key, f"covered\x1f{secret}".encode(), "sha256").hex()[:24]


def cover_within(text: str, key: bytes, *, number: bool) -> str:
    """The text with a keyed hash in place of each NIR, as `covered` writes it."""
    plain = _plain(text)
    for start, end in reversed(list(_places(plain, number))):
        plain = plain[:start] + covered(plain[start:end], key) + plain[end:]
    return plain


def _places(text: str, number: bool) -> Iterator[tuple[int, int]]:
    """Where the NIRs of a plain text are, in order."""
    if not (_GROUPED.search(text) or _FIFTEEN.search(text)):
        return
    blanked = _DIGEST.sub(_blank, _UUID.sub(_blank, text))
    grouped = [match.span() for match in _GROUPED.finditer(blanked) if not (number and _is_another_number(match[0]))]
    spans = [match.span(1) for match in _FIFTEEN.finditer(blanked) if normalise(_SEPARATOR.sub("", match[1]))]
    end = 0
    for span in sorted(grouped + spans):
        if span[0] >= end:
            yield span
            end = span[1]


def _is_another_number(text: str) -> bool:
    """Whether fifteen digits in a row have a key, which is not that of a NIR."""
    return len(text) == _LONGEST and text.isalnum() and not _is_filled_up(text) and normalise(text) is None


def _is_filled_up(text: str) -> bool:
    """Whether zeros stand where fifteen digits have their key, and not before: a number filled up has more of them."""
    return text.endswith(_PADDING) and "000" not in (text[7:10], text[10:13])


def _blank(match: re.Match[str]) -> str:
    return "x" * len(match[0])


def _plain(text: str) -> str:
    """The text with digits of any script as ordinary ones, and without invisible characters."""
    return text if text.isascii() else _FOREIGN.sub(_ordinary, unicodedata.normalize("NFKC", text))


def _ordinary(match: re.Match[str]) -> str:
    letters = (letter for letter in match[0] if unicodedata.category(letter) not in _INVISIBLE)
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in letters)
