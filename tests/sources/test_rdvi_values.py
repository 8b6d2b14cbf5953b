"""Addresses that RDV-Insertion writes on one line, and numbers that are typed there as people write them."""

from datetime import UTC, datetime

import pytest

from subgraphs.appointments.sources.rdvi_payload import User
from subgraphs.appointments.sources.rdvi_values import address, person


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("12 rue de l'Exemple, 08000 Charleville-Mézières", ("12 rue de l'Exemple", "08000", "Charleville-Mézières")),
        ("12 rue de l'Exemple 08000 Sedan ", ("12 rue de l'Exemple", "08000", "Sedan")),
        ("Bât. A\n3 place Invalide,  20000 Ajaccio", ("Bât. A 3 place Invalide", "20000", "Ajaccio")),
        ("08000 Sedan", (None, "08000", "Sedan")),
        ("quelque part", (None, None, None)),
        ("12 rue de l'Exemple, 08000", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_a_line_is_cut_at_its_postal_code_or_not_at_all(
    line: str | None, parts: tuple[str | None, str | None, str | None]
) -> None:
    assert address(line) == parts


@pytest.mark.parametrize("written", ["9990001X", "9990001x", " 999 0001 X", ""])
def test_a_number_of_france_travail_is_kept_as_it_is_searched_and_matched_however_it_is_typed(written: str) -> None:
    user = User(id=1, france_travail_id=written)
    aside: list[str] = []
    record = person(user, datetime(2026, 1, 1, tzinfo=UTC), "08", "user", lambda code, _: aside.append(code))
    stored = record.france_travail_id
    assert aside == []
    assert stored == ("9990001X" if written else None)
