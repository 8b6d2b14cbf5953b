"""A NIR is seen in data however it is written, and numbers of other registers are none."""

from __future__ import annotations

import secrets
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schema.nir import MASK, control_key, holds_nir, normalise, states_nir, whole_nir, without_nir

GAPS = ("", " ", ".", "-", " - ", "\u00a0", "\u202f", "_", "/", "\u2013")
AROUND = (
    "{}",
    "NIR {}",
    "n°{}",
    "MSA:{}",
    "dossier_{}",
    "({})",
    "{}@exemple.invalid",
    "M. DUPONT {} (époux)",
    "{}.xml",
)


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=size, max_size=size)


def numbers(first: int, last: int, size: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(lambda number: f"{number:0{size}}")


@st.composite
def nirs(draw: st.DrawFn) -> tuple[str, ...]:
    """The groups of a NIR: sex (provisional ones too), year, month, département with Corsica, commune, rank."""
    department = draw(st.one_of(numbers(1, 99, 2), st.sampled_from(("2A", "2B", "2a", "2b"))))
    sex, month = draw(st.sampled_from("123478")), draw(numbers(1, 99, 2))
    return sex, draw(digits(2)), month, department, draw(numbers(1, 990, 3)), draw(numbers(1, 999, 3))


@given(nirs(), st.sampled_from(GAPS), st.sampled_from(AROUND), st.booleans())
def test_a_nir_is_seen_in_its_groups_with_or_without_key_inside_any_text(
    groups: tuple[str, ...], gap: str, around: str, keyed: bool
) -> None:
    nir = "".join(groups).upper()
    written = gap.join((*groups, f"{control_key(nir):02}") if keyed else groups)
    for number in (True, False):
        assert states_nir(around.format(written), number=number)
    masked = without_nir(around.format(written))
    assert MASK in masked
    assert not states_nir(masked)
    assert nir not in "".join(letter for letter in masked.upper() if letter.isalnum())


@given(nirs(), st.lists(st.sampled_from(("", " ", ".", "-")), min_size=14, max_size=14))
def test_a_nir_with_its_key_is_seen_in_any_groups(groups: tuple[str, ...], gaps: list[str]) -> None:
    nir = "".join(groups).upper()
    letters = f"{nir}{control_key(nir):02}"
    assert states_nir("".join(letter + gap for letter, gap in zip(letters, [*gaps, ""], strict=True)), number=True)


@given(nirs())
def test_what_the_field_of_the_nir_accepts_the_gate_sees(groups: tuple[str, ...]) -> None:
    nir = normalise("".join(groups))
    assert nir is not None
    assert states_nir(nir, number=True)
    assert whole_nir(f"{nir}00") == whole_nir(f"{nir}{control_key(nir):02}") == whole_nir(" ".join(groups)) == nir


@pytest.mark.parametrize(
    "text",
    [
        "\uff12\uff18\uff15\uff10\uff15\uff17\uff18\uff10\uff10\uff16\uff10\uff18\uff14",
        "٢٨٥٠٥٧٨٠٠٦٠٨٤",
        "2850578\u200b006084",
        "2\u00ad85\u00ad05\u00ad78\u00ad006\u00ad084",
        "\ufe0f\u20e3".join("2850578006084"),
        "\u034f".join("2850578006084"),
        "2\u221285\u221205\u221278\u2212006\u2212084",
        "2·85·05·78·006·084",
    ],
    ids=[
        "full-width digits",
        "digits of another script",
        "an invisible space",
        "soft hyphens",
        "key caps",
        "joiners of graphemes",
        "minus signs",
        "middle dots",
    ],
)
def test_digits_of_any_script_and_invisible_characters_hide_nothing(text: str) -> None:
    assert states_nir(text, number=True)
    assert holds_nir(text)


@given(st.text("0123456789", min_size=1, max_size=40))
def test_a_run_of_digits_of_another_length_is_no_nir(run: str) -> None:
    """SIRET (14), SIREN, RCS, telephones, FORMACODE, PASS IAE (12), numbers of France Travail (8 or 11)…"""
    assume(len(run) not in (13, 15))
    assert not states_nir(run)


@given(digits(15))
def test_fifteen_digits_with_another_key_are_a_number_of_their_own(run: str) -> None:
    assume(normalise(run) is None and whole_nir(run) is None)
    assert not states_nir(run, number=True)


@given(numbers(1, 9_999_999, 7))
def test_a_matricule_that_zeros_fill_up_is_no_nir(matricule: str) -> None:
    assert not states_nir(f"{matricule}00000000", number=True)
    assert whole_nir(f"{matricule}00000000") is None or normalise(f"{matricule}00000000") is not None


@given(st.uuids())
def test_the_digits_of_a_uuid_are_none(identifier: UUID) -> None:
    if identifier.variant == "specified in RFC 4122" and 1 <= (identifier.version or 0) <= 8:
        assert not states_nir(f"dora--{identifier}")


def test_the_digits_of_a_digest_are_none() -> None:
    for size in (24, 32, 40, 64):
        for _ in range(2_000):
            assert not states_nir(f"CAF:081:0810001:{sha256(secrets.token_bytes(8)).hexdigest()[:size]}", number=True)


@pytest.mark.parametrize(
    "text",
    [
        "552 081 317 66522",
        "RCS Charleville-Mézières B 552 081 317",
        "06 12 34 56 78",
        "04 67 12 34 56 / 04 67 78 90 12",
        "+33 6 12 34 56 78",
        "1985-05-17",
        "17/05/1985 14:30:00",
        "2026-11-24T09:30:00+01:00",
        "20261124093000",
        "FR76 3000 6000 0112 3456 7890 189",
        "999990000001",
        "42752",
        "Mo-Fr 09:00-12:00,14:00-18:00",
        "8 bis rue du 11 novembre 1918, 57000 Metz",
        "",
    ],
)
def test_what_people_and_offices_write_every_day_is_none(text: str) -> None:
    assert not states_nir(text)
    assert without_nir(text) == text
