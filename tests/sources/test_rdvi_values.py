"""Addresses that RDV-Insertion writes on one line."""

import pytest

from subgraphs.appointments.sources.rdvi_values import address


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
