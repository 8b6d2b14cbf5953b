"""The reference file of communes: what it holds, and how a broken one says what to mend."""

import struct
from collections import Counter

import pytest

from infra.communes import centroid
from subgraphs.kit.communes import FILE, CommunesError, commune_at, communes, read

HEADER = "code_insee;nom;latitude;longitude;codes_postaux;anciens_codes\n"


def test_every_department_is_held_whole_and_the_collectivities_overseas_are_not() -> None:
    counts = Counter(commune.code[: 3 if commune.code > "97" else 2] for commune in set(communes().values()))
    assert len(counts) == 96 + 5
    assert counts.total() == 34_870 + 45
    assert (counts["08"], counts["2A"], counts["2B"], counts["75"]) == (447, 124, 236, 1 + 20)
    assert {code: counts[code] for code in counts if code > "97"} == {
        "971": 32, "972": 34, "973": 22, "974": 24, "976": 17,
    }  # fmt: skip


def test_the_code_of_a_merged_commune_stands_for_the_one_that_it_is_in() -> None:
    assert communes()["20004"].name == communes()["2A004"].name == "Ajaccio"
    assert [communes()[code].code for code in ("29096", "74011", "08042")] == ["29019", "74010", "08173"]
    with pytest.raises(CommunesError) as caught:
        read([HEADER, "08105;A;49.77;4.72;;08106\n", "08106;B;49.77;4.72;;\n"])
    assert (caught.value.code, caught.value.line) == ("COMMUNES_TWICE", 2)


@pytest.mark.parametrize(
    ("postal_code", "name", "code"),
    [
        ("29200", "Brest", "29019"),
        ("08000", "CHARLEVILLE MEZIERES CEDEX 1", "08105"),
        ("08000", "Prix les Mezieres", "08346"),
        ("93200", "St Denis", "93066"),
        ("97400", "Saint-Denis", "97411"),
        ("75011", "Paris", "75111"),
        ("13001", "MARSEILLE", "13201"),
        ("13001", None, "13201"),
        ("08000", "Charleville", None),
        ("08000", None, None),
        ("29999", "Brest", None),
        ("", "Brest", None),
        (None, None, None),
    ],
)
def test_an_address_is_in_the_commune_of_its_postal_code_and_name_whatever_its_homonyms(
    postal_code: str | None, name: str | None, code: str | None
) -> None:
    commune = commune_at(postal_code, name)
    assert (commune and commune.code) == code


def test_every_commune_is_found_again_by_its_address_unless_another_has_the_same() -> None:
    addresses = [(postal, commune) for commune in set(communes().values()) for postal in commune.postal_codes]
    homonyms = Counter((postal, commune.name) for postal, commune in addresses)
    missed = [
        (postal, commune.name) for postal, commune in addresses if commune_at(postal, commune.name.upper()) != commune
    ]
    assert [address for address in missed if homonyms[address] == 1] == []


def test_the_centre_of_an_outline_leaves_its_holes_out() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
    hole = [(2.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 4.0), (2.0, 0.0)]
    assert centroid(wkb([square])) == pytest.approx((2, 2))
    assert centroid(wkb([square, hole])) == pytest.approx((1, 2))
    assert centroid(wkb([square], [[(x + 4, y) for x, y in reversed(square)]])) == pytest.approx((4, 2))


def wkb(*polygons: list[list[tuple[float, float]]]) -> bytes:
    """A multipolygon in WKB, little-endian."""
    content = struct.pack("<BII", 1, 6, len(polygons))
    for rings in polygons:
        content += struct.pack("<BII", 1, 3, len(rings))
        for ring in rings:
            content += struct.pack("<I", len(ring)) + b"".join(struct.pack("<dd", *point) for point in ring)
    return content


def test_known_places_are_where_they_are() -> None:
    charleville, ajaccio = communes()["08105"], communes()["2A004"]
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
    assert all(communes().get(code) is None for code in ("98735", "97502", "15031", "99100"))


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ([], "COMMUNES_HEADER", 0),
        (["# seul commentaire\n"], "COMMUNES_HEADER", 1),
        (["code;nom\n"], "COMMUNES_HEADER", 1),
        ([HEADER, "08105;Charleville-Mézières;49.77;;\n"], "COMMUNES_CELLS", 2),
        ([HEADER, "8105;Charleville-Mézières;49.77;4.72;;\n"], "COMMUNES_CODE", 2),
        ([HEADER, "20004;Ajaccio;41.93;8.70;;\n", "2C004;Ajaccio;41.93;8.70;;\n"], "COMMUNES_CODE", 3),
        ([HEADER, "08105; ;49.77;4.72;;\n"], "COMMUNES_NAME", 2),
        ([HEADER, "08105;Charleville-Mézières;49,77;4.72;;\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;Charleville-Mézières;nan;4.72;;\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;Charleville-Mézières;4977;4.72;;\n"], "COMMUNES_COORDINATES", 2),
        ([HEADER, "08105;A;49.77;4.72;8000;\n"], "COMMUNES_POSTAL_CODE", 2),
        ([HEADER, "08105;A;49.77;4.72;08000;8106\n"], "COMMUNES_CODE", 2),
        ([HEADER, "08105;A;49.77;4.72;;\n", "\n", "08105;B;49.77;4.72;;\n"], "COMMUNES_TWICE", 4),
    ],
)
def test_a_broken_file_names_the_line_and_the_mend(lines: list[str], code: str, line: int) -> None:
    with pytest.raises(CommunesError) as caught:
        read(lines)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.message.startswith(f"communes.csv, ligne {line} : ")
