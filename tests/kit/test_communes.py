"""The reference file of communes: what it holds, and how a broken one says what to mend."""

from collections import Counter

import pytest

from subgraphs.kit.communes import FILE, CommunesError, load, read

HEADER = "code_insee;nom;latitude;longitude\n"


def test_the_two_departments_of_the_demo_are_held_whole() -> None:
    communes = load()
    assert Counter(code[:2] for code in communes) == {"08": 447, "2A": 124}


def test_known_places_are_where_they_are() -> None:
    communes = load()
    charleville, ajaccio = communes["08105"], communes["2A004"]
    assert (charleville.name, ajaccio.name) == ("Charleville-Mézières", "Ajaccio")
    assert charleville.latitude == pytest.approx(49.77, abs=0.02)
    assert charleville.longitude == pytest.approx(4.72, abs=0.02)
    assert ajaccio.latitude == pytest.approx(41.93, abs=0.03)
    assert ajaccio.longitude == pytest.approx(8.70, abs=0.05)


def test_the_file_names_its_sources_date_and_licence() -> None:
    comments = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    text = " ".join(comments)
    assert all(word in text for word in ("Insee", "IGN", "Licence Ouverte 2.0", "2026"))


def test_a_commune_that_is_not_in_the_file_is_simply_unknown() -> None:
    communes = load()
    assert all(communes.get(code) is None for code in ("29233", "69389", "69123", "2B033"))


def test_corsican_codes_and_arrondissements_are_codes() -> None:
    communes = read([HEADER, "2A004;Ajaccio;41.93;8.70\n", "69389;Lyon 9e Arrondissement;45.78;4.80\n"])
    assert set(communes) == {"2A004", "69389"}


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ([], "COMMUNES_HEADER", 0),
        (["# seul commentaire\n"], "COMMUNES_HEADER", 1),
        (["code;nom\n"], "COMMUNES_HEADER", 1),
        ([HEADER, "08105;Charleville-Mézières;49.77\n"], "COMMUNES_CELLS", 2),
        ([HEADER, "8105;Charleville-Mézières;49.77;4.72\n"], "COMMUNES_CODE", 2),
        ([HEADER, "20004;Ajaccio;41.93;8.70\n", "2C004;Ajaccio;41.93;8.70\n"], "COMMUNES_CODE", 3),
        ([HEADER, "08105; ;49.77;4.72\n"], "COMMUNES_NAME", 2),
        ([HEADER, "08105;Charleville-Mézières;49,77;4.72\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;Charleville-Mézières;nan;4.72\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;Charleville-Mézières;4977;4.72\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;A;49.77;4.72\n", "\n", "08105;B;49.77;4.72\n"], "COMMUNES_TWICE", 4),
    ],
)
def test_a_broken_file_names_the_line_and_the_mend(lines: list[str], code: str, line: int) -> None:
    with pytest.raises(CommunesError) as caught:
        read(lines)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.message.startswith(f"communes.csv, ligne {line} : ")
