"""What a record in JSON or XML has and the hub does not keep is counted by its field, as the columns of a CSV are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from demo import source_files
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.unread_fields import UNDECLARED, UnreadFields, line_of
from tests.conftest import Database
from tests.sources.ingestion import ingest

TODAY, AS_OF = date(2026, 11, 24), datetime(2026, 11, 24, tzinfo=UTC)
FIELDS: Fields = {
    "results.": {
        "id": Used.RECORD,
        "note": Unkept.FREE_TEXT,
        "agent.*": Unkept.PROFESSIONAL,
        "agent.email": "Agent.email",
        "a" * 80: Unkept.TECHNICAL,
    },
    "flux/foyer/": {"@numero": Used.RECORD, "note": Unkept.FREE_TEXT, "@version": Unkept.TECHNICAL},
}


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ({"id": 1, "note": "x"}, ("note",)),
        ({"id": 1, "note": None, "agent": {}}, ()),
        ({"note": ""}, ()),
        ({"note": 0}, ("note",)),
        ({"agent": {"email": "a@b.fr", "id": 1, "name": "x"}}, ("agent",)),
        ({"agent": [{"id": 1}, {"id": 2}]}, ("agent",)),
        ({"Maëlle Ardoisier": 1, "autre": 2}, (UNDECLARED,)),
        ({"a" * 80: 1}, (f"…{'a' * 59}",)),
        ([], ()),
        ("text", (UNDECLARED,)),
    ],
)
def test_what_a_json_record_has_is_named_once_as_its_source_declares_it(record: object, names: tuple[str, ...]) -> None:
    assert UnreadFields(FIELDS).of_json(record, "results.") == names


def test_what_an_element_has_is_named_by_elements_and_attributes() -> None:
    foyer = etree.fromstring("<f:foyer xmlns:f='urn:f' numero='1' version='2'><f:note> x </f:note><f:note/></f:foyer>")
    assert UnreadFields(FIELDS).of_xml(foyer, "flux/foyer") == ("@version", "note")


@pytest.mark.parametrize("count", [3, 40_000])
def test_the_line_of_an_element_is_right_beyond_what_libxml2_counts(count: int) -> None:
    root = etree.fromstring("<r>\n" + "<f>\n\n<a/></f>\n" * count + "</r>")
    assert [line_of(root[0]), line_of(root[-1])] == [2, 3 * count - 1]


@pytest.mark.parametrize(
    "source", ["cnaf-flux", "lheo", "rdv-insertion", "emplois", "immersion-facile", "carnet-de-bord"]
)
async def test_a_report_counts_the_fields_that_are_not_kept(
    fresh_database: Database, tmp_path: Path, source: str
) -> None:
    path = source_files.write(tmp_path, TODAY, b"secret convenu pour les essais")[source][0]
    report = await ingest(fresh_database, source, path, as_of=AS_OF)
    assert report.read
    assert report.unread
    assert UNDECLARED not in report.unread
    assert max(report.unread.values()) <= report.read


BROKEN = {
    "cnaf-flux": (b"</Racine>", b"\n\n<&", "XML_MALFORMED"),
    "lheo": (b"</offres>", b"\n\n<&", "XML_MALFORMED"),
    "emplois": (b'"results"', b"\n\n!", "JSON_INVALID"),
}


@pytest.mark.parametrize("source", BROKEN)
async def test_a_report_tells_the_line_at_which_a_file_breaks(database: Database, tmp_path: Path, source: str) -> None:
    before, broken, code = BROKEN[source]
    path = source_files.write(tmp_path, TODAY, b"")[source][0]
    content = path.read_bytes()
    at = content.rindex(before)
    path.write_bytes(content[:at] + broken + content[at:])
    [*_, refusal] = (await ingest(database, source, path, as_of=AS_OF)).refusals
    assert (refusal.code, refusal.line) == (code, content[:at].count(b"\n") + 3)


async def test_a_refused_foyer_has_the_line_at_which_it_begins(database: Database, tmp_path: Path) -> None:
    path = source_files.write(tmp_path, TODAY, b"")["cnaf-flux"][-1]
    content = path.read_bytes().replace(b"<InfosFoyerRSA>", b"\n\n\n<InfosFoyerRSA>")
    path.write_bytes(content)
    [refusal] = (await ingest(database, "cnaf-flux", path)).refusals
    assert refusal.line == content[: content.index(b"<InfosFoyerRSA>")].count(b"\n") + 1
