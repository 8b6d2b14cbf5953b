"""The flux of the CNAF that `hub bench ingest` reads: fictitious people by number, of each four of whom two live
alone and two together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from demo.cast import BY_SLUG, Person
from demo.cnaf_files import flux

MOST = 2_000_000
"""Numbers of people go from 0 to this one, excluded."""
RANKS = 1_000_000
"""People whom the last digits of a NIR tell apart."""
FIRST_BIRTH = date(1950, 1, 2)
"""No 1 January: the first people, who are models of others, have a birth place (`birth_places`)."""
ENCODING = "windows-1252"
EMPTY = re.compile(r"<(\w+)></\1>")
"""An empty element as the demonstration writes it; here it is as the digest of a foyer has it."""
SUSPENDED = ("<ETATDOSRSA>2</ETATDOSRSA>", "<ETATDOSRSA>4</ETATDOSRSA>")
"""What a file says of a right that is paid, and of one that is open and suspended."""


class Adult(NamedTuple):
    """What a flux says of an adult that it says of nobody else; the dossier is that of the first of its adults."""

    nir: str
    last_name: str
    first_name: str
    birth_date: str
    france_travail_id: str
    dossier: str
    request_number: str


def adult(number: int) -> Adult:
    """The adult of this number."""
    born = FIRST_BIRTH + timedelta(days=number * 7919 % 20_000)
    sex, rank = divmod(number, RANKS)
    return Adult(
        nir=f"{sex + 1}{born:%y%m}99{rank:06}",
        last_name=f"NOM{number * 31 % 20_011:05}",
        first_name=f"PRENOM{number * 17 % 997:03}",
        birth_date=str(born),
        france_travail_id=f"{number:07}Z",
        dossier=f"{number:07}",
        request_number=f"{number:011}",
    )


def foyers_of(numbers: Iterable[int]) -> Iterator[list[int]]:
    """The numbers by foyer: of each four, two live alone."""
    waiting = iter(numbers)
    for turn, number in enumerate(waiting):
        partner = next(waiting, None) if turn % 3 == 2 else None
        yield [number] if partner is None else [number, partner]


def write_flux(path: Path, foyers: Iterable[Sequence[int]], reference: date, *, suspended: bool = False) -> None:
    """Write foyers of people by number as a file that describes this day, on which their RSA may be `suspended`."""
    (head, _, tail), _ = _template(reference, 1)
    with path.open("w", encoding=ENCODING) as stream:
        stream.write(head)
        for foyer in foyer_texts(foyers, reference):
            stream.write(foyer.replace(*SUSPENDED) if suspended else foyer)
        stream.write(tail)


def foyer_texts(foyers: Iterable[Sequence[int]], reference: date) -> Iterator[str]:
    """The element of each foyer in a file that describes this day."""
    templates = {size: _template(reference, size) for size in (1, 2)}
    for members in foyers:
        (_, foyer, _), sentinels = templates[len(members)]
        for sentinel, values in zip(sentinels, map(adult, members), strict=True):
            for model_text, own_text in zip(sentinel, values, strict=True):
                foyer = foyer.replace(model_text, own_text)
        yield foyer


def _template(reference: date, size: int) -> tuple[tuple[str, str, str], Sequence[Adult]]:
    """A file with one foyer of this size, cut around the foyer, and the texts of each adult that are replaced."""
    models = [
        replace(
            BY_SLUG["maelle"],
            slug="",
            number=990 + rank,
            dossier="9876543",
            last_name=f"NomModele{rank}",
            first_name=f"Autre{rank}",  # no text of a model is part of another
            birth_date=date(1901 + rank, 2, 3),
            role=("demandeur", "conjoint")[rank],
        )
        for rank in range(size)
    ]
    text = EMPTY.sub(r"<\1/>", flux(models, reference).decode(ENCODING))
    start, end = text.index("<InfosFoyerRSA>"), text.index("</InfosFoyerRSA>") + len("</InfosFoyerRSA>")
    return (text[:start], text[start:end], text[end:]), [_sentinel(model) for model in models]


def _sentinel(model: Person) -> Adult:
    names = model.last_name.upper(), model.first_name.upper()
    return Adult(model.nir, *names, str(model.birth_date), model.france_travail_id, "9876543", f"{model.number:011}")
