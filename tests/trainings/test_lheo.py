"""LHEO catalogues, read into a real database by the role that ingests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from demo.offers_files import write
from subgraphs.kit.communes import load
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from subgraphs.trainings.sources.lheo import RECRUITMENT_STATE, TEACHING_MODE, Lheo
from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
AS_OF = datetime(2026, 11, 2, 8, tzinfo=UTC)

SESSION = """
<session numero="S1"><periode><debut>20270104</debut><fin>99999999</fin></periode>
<etat-recrutement>1</etat-recrutement></session>
"""
FORMATION = """
<formation numero="F1" datemaj="20261102">
  <domaine-formation><code-FORMACODE>42752</code-FORMACODE><code-ROME>G1602</code-ROME></domaine-formation>
  <intitule-formation>Cuisinier</intitule-formation><certifiante>1</certifiante>
  <certification><code-RNCP>-</code-RNCP></certification>
  <action numero="A1"><lieu-de-formation><coordonnees><adresse><ville>Ajaccio</ville>
    <code-INSEE-commune>2A004</code-INSEE-commune></adresse></coordonnees></lieu-de-formation>
    {sessions}</action>
  <organisme-formation-responsable><numero-activite>99080000001</numero-activite>
    <SIRET-organisme-formation><SIRET>99900020800011</SIRET></SIRET-organisme-formation>
    <nom-organisme>Organisme</nom-organisme></organisme-formation-responsable>
</formation>
"""


def formation(sessions: str = SESSION, *changes: tuple[str, str]) -> str:
    text = FORMATION.replace("{sessions}", sessions)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def catalogue(*formations: str, namespace: str = "2.3") -> bytes:
    return f'<lheo xmlns="http://www.lheo.org/{namespace}"><offres>{"".join(formations)}</offres></lheo>'.encode()


@pytest.fixture
async def ingest(fresh_database: Database) -> AsyncIterator[Connection]:
    connection = await fresh_database.connect("trainings_ingest")
    yield connection
    await connection.close()


async def ingest_catalogues(
    connection: Connection, folder: Path, *contents: bytes, as_of: datetime | None = None
) -> Report:
    paths = []
    for number, content in enumerate(contents):
        path = folder / f"catalogue{number}.xml"
        path.write_bytes(content)
        paths.append(path)
    return await Lheo(Registry(b"")).ingest(paths, Options(as_of=as_of), Session(connection))


def refusals(report: Report) -> list[tuple[int, str, str]]:
    return [(refusal.record, refusal.code, refusal.path) for refusal in report.refusals]


async def test_the_sample_goes_in_and_reads_back(ingest: Connection, samples: Path) -> None:
    path = samples / "ouiform-lheo" / "lheo_formation.xml"
    report = await Lheo(Registry(b"")).ingest([path], Options(as_of=AS_OF), Session(ingest))
    assert report.counts == {Outcome.CREATED: 1}
    training = await ingest.fetchrow("SELECT * FROM trainings.training")
    session = await ingest.fetchrow("SELECT * FROM trainings.training_session")
    provider = await ingest.fetchrow("SELECT * FROM trainings.training_provider")
    assert training is not None
    assert session is not None
    assert provider is not None
    text = path.read_text(encoding="utf-8")
    assert training["title"] in text
    assert f'formation numero="{training["source_id"]}"' in text
    assert all(f">{code}<" in text for code in (*training["formacodes"], *training["rome_codes"]))
    assert session["training_id"] == training["id"]
    assert f"<debut>{session['starts_on']:%Y%m%d}</debut>" in text
    assert f"<code-INSEE-commune>{session['city_code']}<" in text
    assert training["provider_id"] == provider["siret"]
    assert f"<SIRET>{provider['siret']}</SIRET>" in text


async def test_the_demo_goes_in_whole_and_a_second_time_writes_nothing(ingest: Connection, tmp_path: Path) -> None:
    paths = write(tmp_path, AS_OF.date())["lheo"]
    first = await Lheo(Registry(b"")).ingest(paths, Options(as_of=AS_OF), Session(ingest))
    assert first.counts == {Outcome.CREATED: 4}
    assert await ingest.fetchval("SELECT count(*) FROM trainings.training_session") == 5
    second = await Lheo(Registry(b"")).ingest(paths, Options(as_of=AS_OF), Session(ingest))
    assert (second.counts, second.rows) == ({Outcome.UNCHANGED: 4}, 0)


@pytest.mark.parametrize("namespace", ["2.2", "2.3"])
async def test_every_version_of_the_format_is_read(ingest: Connection, tmp_path: Path, namespace: str) -> None:
    assert (await ingest_catalogues(ingest, tmp_path, catalogue(formation(), namespace=namespace))).complete
    row = await ingest.fetchrow(
        "SELECT title, certifying, rncp_code, starts_on::text, ends_on, recruitment_state, session.city_code"
        " FROM trainings.training JOIN trainings.training_session session ON session.training_id = training.id"
    )
    assert row is not None
    assert tuple(row) == ("Cuisinier", True, None, "2027-01-04", None, "OUVERT", "2A004")


async def test_a_session_that_a_newer_record_no_longer_names_is_removed(ingest: Connection, tmp_path: Path) -> None:
    second_session = SESSION.replace("S1", "S2")
    newer = formation(second_session, ("20261102", "20261103"))
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION + second_session)), catalogue(newer))
    assert report.counts == {Outcome.CREATED: 1, Outcome.UPDATED: 1}
    assert [row["id"] for row in await ingest.fetch("SELECT id FROM trainings.training_session")] == ["lheo--S2"]


async def test_an_older_catalogue_changes_and_removes_nothing(ingest: Connection, tmp_path: Path) -> None:
    older = formation("", ("20261102", "20251102"), ("Cuisinier", "Ancien intitulé"))
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation()), catalogue(older))
    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}
    assert await ingest.fetchval("SELECT title FROM trainings.training") == "Cuisinier"
    assert await ingest.fetchval("SELECT count(*) FROM trainings.training_session") == 1


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ((' numero="F1"', ""), "SCHEMA_INVALID", "formation/@numero"),
        (("<intitule-formation>Cuisinier</intitule-formation>", ""), "SCHEMA_INVALID", "intitule-formation"),
        ((' datemaj="20261102"', ""), "AS_OF_MISSING", "formation/@datemaj"),
        (("20261102", "20261301"), "DATE_INVALID", "formation/@datemaj"),
        (
            (
                ">99900020800011</SIRET></SIRET-organisme-formation>",
                ">sans</SIRET></SIRET-organisme-formation><nom-organisme>ESRP des Ardennes</nom-organisme>",
            ),
            "VALUE_INVALID",
            "organisme-formation-responsable/SIRET-organisme-formation/SIRET",
        ),
    ],
)
async def test_a_bad_formation_is_refused_alone_and_whole(
    ingest: Connection, tmp_path: Path, change: tuple[str, str], code: str, path: str
) -> None:
    good = formation("", ('numero="F1"', 'numero="F2"'))
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, change), good))
    assert refusals(report) == [(1, code, path)]
    assert [row["id"] for row in await ingest.fetch("SELECT id FROM trainings.training")] == ["lheo--F2"]
    assert await ingest.fetchval("SELECT count(*) FROM trainings.training_session") == 0


@pytest.mark.parametrize(
    ("content", "code", "stored"),
    [
        (catalogue(formation(), formation("", ('numero="F1"', 'numero="F2"')))[:-40], "TRUNCATED", 1),
        (catalogue(formation()).replace(b"</offres>", b"</offre>"), "XML_MALFORMED", 1),
        (b'<!DOCTYPE lheo [<!ENTITY a "b">]>' + catalogue(formation()), "DTD_REFUSED", 0),
        (b'<!DOCTYPE lheo SYSTEM "file:///etc/hostname">' + catalogue(formation()), "DTD_REFUSED", 0),
        (b'<?xml version="1.0" encoding="inconnu"?>' + catalogue(formation()), "ENCODING_UNSUPPORTED", 0),
        (catalogue(formation()).replace(b"Cuisinier", b"Caf\xe9"), "ENCODING_WRONG", 0),
        (b"<offres/>", "FORMAT_UNKNOWN", 0),
        (b"numero;intitule", "FORMAT_UNKNOWN", 0),
    ],
)
async def test_a_broken_file_is_told_and_what_was_complete_before_stays(
    ingest: Connection, tmp_path: Path, content: bytes, code: str, stored: int
) -> None:
    report = await ingest_catalogues(ingest, tmp_path, content)
    assert set(report.codes) == {code}
    assert await ingest.fetchval("SELECT count(*) FROM trainings.training") == stored


async def test_entities_that_expand_without_end_are_never_expanded(ingest: Connection, tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE lheo [<!ENTITY l0 "ha">{levels}]><lheo><offres>&l11;</offres></lheo>'.encode()
    assert set((await ingest_catalogues(ingest, tmp_path, bomb)).codes) == {"DTD_REFUSED"}


async def test_a_date_for_the_file_serves_records_without_one(ingest: Connection, tmp_path: Path) -> None:
    undated = formation(SESSION, (' datemaj="20261102"', ""))
    assert (await ingest_catalogues(ingest, tmp_path, catalogue(undated), as_of=AS_OF)).complete
    assert await ingest.fetchval("SELECT as_of FROM trainings.training") == AS_OF


PLACE = "<code-INSEE-commune>2A004</code-INSEE-commune>"
GEO = PLACE + "<geolocalisation><latitude>{}</latitude><longitude>{}</longitude></geolocalisation>"


async def places(connection: Connection) -> list[tuple[float | None, ...]]:
    rows = await connection.fetch("SELECT at_latitude, at_longitude FROM trainings.training_session ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_session_is_found_where_its_action_is(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_catalogues(
        ingest, tmp_path, catalogue(formation(SESSION, (PLACE, GEO.format("41.93", "8,74"))))
    )
    assert (report.complete, report.asides) == (True, [])
    assert await places(ingest) == [(41.93, 8.74)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((PLACE, PLACE), "COORDINATES_MISSING"),
        ((PLACE, GEO.format("0.0", "0")), "COORDINATES_INVALID"),
        ((PLACE, GEO.format("41.93", "-")), "COORDINATES_INVALID"),
        ((PLACE, GEO.format("91", "8.7")), "COORDINATES_INVALID"),
        ((PLACE, GEO.format("nord", "8.7")), "COORDINATES_INVALID"),
        ((PLACE, GEO.format("nan", "8.7")), "COORDINATES_INVALID"),
    ],
)
async def test_a_position_that_is_none_is_set_aside_and_its_sessions_are_at_the_centre_of_their_commune(
    ingest: Connection, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, change)))
    assert report.counts == {Outcome.CREATED: 1}
    path = "action/lieu-de-formation/coordonnees/adresse/geolocalisation"
    assert [(aside.record, aside.code, aside.path) for aside in report.asides] == [(1, code, path)]
    centre = load()["2A004"]
    assert await places(ingest) == [(centre.latitude, centre.longitude)]


async def test_an_action_without_an_address_has_no_position_to_give(ingest: Connection, tmp_path: Path) -> None:
    address = FORMATION[FORMATION.index("<lieu-de-formation>") : FORMATION.index("{sessions}")]
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, (address, ""))))
    assert (report.complete, report.asides) == (True, [])
    assert await places(ingest) == [(None, None)]


DETAILS = (
    '<action numero="A1">',
    (
        '<action numero="A1"><code-public-vise>81061</code-public-vise><code-public-vise>80056</code-public-vise>'
        "<modalites-enseignement>1</modalites-enseignement><conditions-specifiques>Savoir lire</conditions-specifiques>"
        "<organisme-financeur><code-financeur>2</code-financeur></organisme-financeur>"
    ),
)


async def test_an_action_is_read_and_goes_when_a_newer_record_leaves_it_out(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, DETAILS)))
    assert report.complete
    action = await ingest.fetchrow("SELECT * FROM trainings.training_action")
    assert action is not None
    assert (action["id"], action["training_id"], action["mode"]) == ("lheo--F1--A1", "lheo--F1", "MIXTE")
    assert (action["publics"], action["funders"]) == (["81061", "80056"], ["2"])
    assert action["prerequisites"] == "Savoir lire"
    newer = formation(SESSION, ("20261102", "20261103"), ('numero="A1"', 'numero="A2"'))
    await ingest_catalogues(ingest, tmp_path, catalogue(newer))
    actions = await ingest.fetch("SELECT id, mode FROM trainings.training_action")
    assert [tuple(row) for row in actions] == [("lheo--F1--A2", None)]


SIRET = "organisme-formation-responsable/SIRET-organisme-formation/SIRET"
CITY = "action/lieu-de-formation/coordonnees/adresse/code-INSEE-commune"


@pytest.mark.parametrize(
    ("change", "code", "path", "column"),
    [
        (("20270104", "04/01/2027"), "DATE_INVALID", "action/session/periode/debut", "session.starts_on"),
        (("<etat-recrutement>1", "<etat-recrutement>9"), "VALUE_UNKNOWN", "action/session/etat-recrutement",
         "session.recruitment_state"),
        (("<certifiante>1", "<certifiante>oui"), "VALUE_UNKNOWN", "certifiante", "training.certifying"),
        ((">2A004<", ">8105<"), "LEADING_ZERO_LOST", CITY, "session.city_code"),
        ((">2A004<", ">Ajaccio<"), "VALUE_INVALID", CITY, "session.city_code"),
        ((">99900020800011<", ">9990002080001<"), "LEADING_ZERO_LOST", SIRET, "training.provider_id"),
        ((">99900020800011<", ">sans<"), "VALUE_INVALID", SIRET, "training.provider_id"),
        ((' numero="S1"', ' numero=" "'), "KEY_MISSING", "action/session/@numero", ""),
    ],
)  # fmt: skip
async def test_a_bad_value_is_set_aside_and_the_rest_of_its_formation_is_taken(
    ingest: Connection, tmp_path: Path, change: tuple[str, str], code: str, path: str, column: str
) -> None:
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, change)))
    assert (refusals(report), report.counts) == ([], {Outcome.CREATED: 1})
    assert (code, path) in [(aside.code, aside.path) for aside in report.asides]
    sessions = await ingest.fetch(
        "SELECT * FROM trainings.training JOIN trainings.training_session session ON training_id = training.id"
    )
    assert [row[column.partition(".")[2]] for row in sessions] == ([None] if column else [])


async def test_a_mode_that_lheo_does_not_have_is_set_aside(ingest: Connection, tmp_path: Path) -> None:
    wrong = DETAILS[0], DETAILS[1].replace("<modalites-enseignement>1", "<modalites-enseignement>7")
    report = await ingest_catalogues(ingest, tmp_path, catalogue(formation(SESSION, wrong)))
    assert ("VALUE_UNKNOWN", "action/modalites-enseignement") in [(aside.code, aside.path) for aside in report.asides]
    assert await ingest.fetchval("SELECT mode FROM trainings.training_action") is None


def test_codes_of_the_lheo_mean_their_state_and_mode() -> None:
    assert RECRUITMENT_STATE == {"1": "OUVERT", "2": "FERME", "3": "SUSPENDU"}
    assert TEACHING_MODE == {"0": "PRESENTIEL", "1": "MIXTE", "2": "DISTANCE"}
