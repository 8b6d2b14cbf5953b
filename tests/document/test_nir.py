"""One recogniser of NIRs for all that a client may write and the hub keep: documents, labels, trace ids."""

from __future__ import annotations

from uuid import UUID

import pytest

from hub.document.nir import refuse_nir
from hub.errors import DocumentRefused
from schema.nir import holds_nir, may_hold_nir

WRITTEN = (
    "2820299999030",
    "282029999903042",
    "285052A004123",
    "285052a00412345",
    "2 82 02 99 999 030",
    "2 82 02 99 999 030 42",
    "2-82-13-99-999-001",
    "2_82_13_99_999_001",
    "2.82.02.2B.004.123",
    "2 - 82 - 02 - 99 - 999 - 030",
    "2/82/02/99/999/030",
    "2\u00a082\u202f02\u00a099\u00a0999\u00a0030",
)
ORDINARY = (
    "36252187900034",  # a SIRET
    "362 521 879 00034",
    "Dossier_2026-117",
    "2026-11-24-000123",
    "first: 10, after: null",
    "2026-11-24T08:00:00Z",
    "06 12 34 56 78",
    "29f1ab14-2ca3-4d67-8123-456789012345",
    "28134567-1234-4567-8901-123456789012",
    "dora--12345678-1234-4123-9123-123456789012",
)


@pytest.mark.parametrize("nir", WRITTEN)
@pytest.mark.parametrize("around", ["{}", "Q{}", "q_{}_x", "x-{}", "({})", '{{ persons(filter: {{lastName: "{}"}}) }}'])
def test_a_nir_is_seen_however_it_is_written(nir: str, around: str) -> None:
    text = around.format(nir)
    assert holds_nir(text)
    with pytest.raises(DocumentRefused) as caught:
        refuse_nir(text)
    assert caught.value.code == "DOCUMENT_NIR"
    assert nir not in str(caught.value.formatted())


@pytest.mark.parametrize("text", ORDINARY)
def test_what_has_not_the_form_of_a_nir_passes(text: str) -> None:
    assert not holds_nir(text)


def test_the_id_of_a_person_is_no_nir_whatever_its_digits() -> None:
    whole = UUID(int=int("28213999990010282139999900102821", 16), version=4)
    assert not holds_nir(f'{{ person(id: "{whole}") {{ id }} }}')
    assert holds_nir(str(whole).replace("-", " "))


@pytest.mark.parametrize("trace", [f"0000{WRITTEN[0]}{'0' * 15}", f"abcdef{WRITTEN[2].lower()}abcdef0123456"])
def test_hexadecimal_digits_that_spell_a_nir_are_seen_wherever_they_begin(trace: str) -> None:
    assert may_hold_nir(trace)


def test_hexadecimal_digits_that_spell_none_pass() -> None:
    assert not may_hold_nir("0af7651916cd43dd8448eb211c80319c")
