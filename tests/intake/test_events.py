"""Each event of docs/evenements.md is proven, becomes a record of its connector, and is written once."""

from __future__ import annotations

import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.errors import RequestRefused
from hub.ingest import SOURCES
from hub.intake.sender_settings import SenderSettings
from hub.intake.senders import Senders, intake_keys
from infra.keys import Keys, sender_key
from subgraphs.kit.ingest.sender_scope import SenderScope
from tests.conftest import ROOT, Database
from tests.docs.event_schema import TYPES, generated
from tests.simulators.rdv_insertion import user
from tests.sources.ingestion import ingest, values

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
PAGE = (ROOT / "docs" / "evenements.md").read_text(encoding="utf-8")
EVENTS: list[dict[str, Any]] = [
    json.loads(text) for text in re.findall(r"```json événement\n(.*?)```", PAGE, re.DOTALL)
]
ADDRESSES = dict(re.findall(r"^\| `(fr\.[a-z.-]+)` \| `([a-z-]+)` \|", PAGE, re.MULTILINE))
NUMBER = "12345678901"
RECEIVING, PROVIDER, REFERRING, STRANGER = "99900030500011", "99900020800011", "99900030800011", "99900099900099"
PERSON = user(1, first_name="Maëlle", last_name="EXEMPLE", birth_date="1990-05-17", france_travail_id=NUMBER)
"""The person of the page, as RDV-Insertion knows it."""
COUNTS = (
    "SELECT (SELECT count(*) FROM offers.referral) || ' ' || (SELECT count(*) FROM trainings.training_project)"
    " || ' ' || (SELECT count(*) FROM trainings.placement) || ' ' || (SELECT count(*) FROM appointments.appointment)"
    " || ' ' || (SELECT count(*) FROM people.referent)"
)


@pytest.fixture
def senders(tmp_path: Path) -> Senders:
    """One sender of each connector that takes events."""
    organisations = tmp_path / "own.toml"
    organisations.write_text(f'[a]\nsiret = "{REFERRING}"\ntype = "autre"\n')
    rows = [
        SenderSettings(source, "produit", organisations, "08", 604_800, 9)
        for source in dict.fromkeys(ADDRESSES.values())
    ]
    keys = Keys.create(tmp_path / "keys")
    for row in rows:
        Keys.add(keys.directory, sender_key(row.source, row.organisation))
    return Senders(rows, Keys.load(keys.directory, intake_keys(rows)))


def sent(senders: Senders, source: str, event: dict[str, Any] | bytes, now: datetime = NOW) -> bytes:
    """The document that the connector reads of an event, signed by its sender."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    secret = senders.by_address[source, "produit"].secret
    headers = {"x-spie-signature": f"sha256={hmac.digest(secret, body, 'sha256').hex()}"}
    return senders.prove(source, "produit", body, headers, now)[1]


def refusal(senders: Senders, source: str, event: dict[str, Any] | bytes, now: datetime = NOW) -> tuple[str, Any]:
    with pytest.raises(RequestRefused) as refused:
        sent(senders, source, event, now)
    return refused.value.code, refused.value.extensions.get("path")


def test_the_page_and_the_schema_have_every_type_and_its_address() -> None:
    ((_, schema),) = generated().items()
    tags = [
        definition["properties"]["type"]["enum"]
        for definition in json.loads(schema)["$defs"].values()
        if "type" in definition["properties"]
    ]
    assert sorted(tag for (tag,) in tags) == sorted(ADDRESSES) == sorted(event["type"] for event in EVENTS)
    assert len(TYPES) == len(EVENTS)
    assert all(SOURCES[source].webhook is not None for source in ADDRESSES.values())


async def test_each_example_is_written_once_by_its_connector_and_its_removal_removes_it(
    fresh_database: Database, senders: Senders, tmp_path: Path
) -> None:
    users = tmp_path / "page.users.json"
    users.write_text(json.dumps({"users": [PERSON]}))
    assert (await ingest(fresh_database, "rdv-insertion", users, as_of=NOW, department="08")).codes == {}
    counts = []
    for number, event in enumerate(EVENTS):
        source = ADDRESSES[event["type"]]
        path = tmp_path / f"{number}.json"
        path.write_bytes(sent(senders, source, event))
        first = await ingest(fresh_database, source, path)
        again = await ingest(fresh_database, source, path)
        assert (first.codes, again.codes, again.rows) == ({}, {}, 0), event["type"]
        counts += await values(fresh_database, COUNTS)
    growing = ["1 0 0 0 0", "1 1 0 0 0", "1 1 1 0 0", "1 1 1 1 0", "1 1 1 1 1"]
    assert counts == [*growing, *growing[3::-1], "0 0 0 0 0"]


SPOKEN_FOR = f"""
SELECT (SELECT count(*) FROM access.link WHERE scope_id = '{STRANGER}') || ' ' || (
    SELECT string_agg(row, ' ' ORDER BY row) FROM (
        SELECT organisation_siret AS row FROM offers.referral UNION ALL
        SELECT organisation_siret FROM trainings.training_project UNION ALL
        SELECT organisation_siret FROM trainings.placement UNION ALL
        SELECT organisation_siret FROM appointments.appointment UNION ALL
        SELECT organisation_siret FROM people.referent) items)
"""


async def test_whoever_speaks_for_other_organisations_opens_nobody_to_them_and_takes_nothing_away(
    fresh_database: Database, senders: Senders, tmp_path: Path
) -> None:
    users = tmp_path / "page.users.json"
    users.write_text(json.dumps({"users": [PERSON]}))
    await ingest(fresh_database, "rdv-insertion", users, as_of=NOW, department="08")

    async def codes(event: dict[str, Any], *organisations: str) -> dict[str, int]:
        source, path = ADDRESSES[event["type"]], tmp_path / "event.json"
        path.write_bytes(sent(senders, source, event))
        return (await ingest(fresh_database, source, path, scope=SenderScope(frozenset(organisations)))).codes

    stated = [event for event in EVENTS if event["type"].endswith(".etat")]
    for event in stated:
        assert await codes(event, STRANGER) == await codes(event) == {"ITEM_OF_OTHER": 1}
        assert await codes(event, STRANGER, REFERRING) == {}, "the one that acts, or whose project it is"
    before = await values(fresh_database, SPOKEN_FOR)
    assert before == [f"0 {PROVIDER} {RECEIVING} {RECEIVING} {REFERRING} {REFERRING}"]
    later = {"time": "2026-11-05T11:00:00+01:00"}
    for event in stated:
        seized = {**event, **later, "structure": STRANGER}
        assert await codes(seized, STRANGER) == {"ITEM_OF_OTHER": 1}, "an item of others is not taken over"
    for event in EVENTS[len(stated) :]:
        assert await codes({**event, **later}, STRANGER) == {"ITEM_OF_OTHER": 1}
    assert await values(fresh_database, SPOKEN_FOR) == before


REFERENT = next(event for event in EVENTS if event["type"] == "fr.gouv.spie.referent.etat")
AGENT = REFERENT["data"]["agent"]["courriel"]
FOLLOWING = "SELECT valid_from || ' ' || coalesce(valid_until::text, '') FROM access.link WHERE origin = 'referents'"


async def test_a_referent_is_told_by_the_agents_own_organisation_in_its_departement_and_ends_on_the_day(
    fresh_database: Database, senders: Senders, tmp_path: Path
) -> None:
    users = tmp_path / "page.users.json"
    users.write_text(json.dumps({"users": [PERSON]}))
    await ingest(fresh_database, "rdv-insertion", users, as_of=NOW, department="08")
    path = tmp_path / "event.json"
    path.write_bytes(sent(senders, "orientations", EVENTS[0]))
    assert (await ingest(fresh_database, "orientations", path)).codes == {}

    async def codes(scope: SenderScope, **changes: Any) -> dict[str, int]:
        path.write_bytes(sent(senders, "referents", {**REFERENT, **changes}))
        return (await ingest(fresh_database, "referents", path, scope=scope)).codes

    own = SenderScope(frozenset({REFERRING}), "08")
    assert await codes(SenderScope(frozenset({STRANGER}), "08"), actor=STRANGER) == {"ITEM_OF_OTHER": 1}
    assert await codes(SenderScope(frozenset({REFERRING}), "59")) == {"PERSON_OF_OTHER": 1}
    assert await values(fresh_database, FOLLOWING) == []
    assert await codes(own) == {}
    assert await values(fresh_database, FOLLOWING) == ["2026-11-04 "]
    stranger = {**REFERENT["data"], "referent": "REF-18"}
    elsewhere = SenderScope(frozenset({STRANGER}), "08")
    assert await codes(elsewhere, structure=STRANGER, data=stranger) == {"ITEM_OF_OTHER": 1}, "another's agent"
    sql = "SELECT organisation_siret FROM people.agent WHERE email = $1"
    assert await values(fresh_database, sql, AGENT) == [REFERRING]
    later = {"time": "2026-11-05T11:00:00+01:00"}
    assert await codes(own, **later, data={**REFERENT["data"], "fin": "2026-11-05"}) == {}
    assert await values(fresh_database, FOLLOWING) == ["2026-11-04 2026-11-04"]
    assert await codes(own, data={**REFERENT["data"], "agent": {"courriel": "NC"}}) == {}, "older"
    latest = {"time": "2026-11-05T11:30:00+01:00"}
    assert await codes(own, **latest, data={**REFERENT["data"], "agent": {"courriel": "NC"}}) == {"EMAIL_INVALID": 1}


def test_a_sender_speaks_for_the_organisations_of_its_settings_and_no_other(tmp_path: Path) -> None:
    keys, organisations = Keys.create(tmp_path / "keys"), tmp_path / "organisations.toml"
    organisations.write_text(f'[a]\nsiret = "{PROVIDER}"\ntype = "autre"\n')
    rows = [
        SenderSettings("ouiform", "produit", organisations, None, 604_800, 9),
        SenderSettings("orientations", "produit", None, None, 604_800, 9),
        SenderSettings("rdv-insertion", "cd08", organisations, "08", 604_800, 9),
    ]
    for row in rows:
        Keys.add(keys.directory, sender_key(row.source, row.organisation))
    by_address = Senders(rows, Keys.load(keys.directory, intake_keys(rows))).by_address
    assert {source: sender.options.scope for (source, _), sender in by_address.items()} == {
        "ouiform": SenderScope(frozenset({PROVIDER})),
        "orientations": SenderScope(frozenset()),
        "rdv-insertion": SenderScope(frozenset({PROVIDER}), "08"),
    }


def test_an_event_of_another_connector_or_of_no_known_type_is_refused(senders: Senders) -> None:
    referral, project = EVENTS[0], EVENTS[1]
    assert refusal(senders, "ouiform", referral) == ("EVENT_TYPE_UNKNOWN", "type")
    assert refusal(senders, "orientations", project) == ("EVENT_TYPE_UNKNOWN", "type")
    for kind in ("fr.gouv.spie.inconnu", 7, None, ["x"]):
        assert refusal(senders, "orientations", {**referral, "type": kind}) == ("EVENT_TYPE_UNKNOWN", "type")


def test_an_envelope_that_is_wrong_is_refused_with_its_place_and_no_value(senders: Senders) -> None:
    project = EVENTS[1]
    cases = {
        "specversion": {**project, "specversion": "0.3"},
        "structure": {**project, "structure": "VALEURUNIQUE"},
        "personreference": {key: value for key, value in project.items() if key != "personreference"},
        "personsource": {**project, "personsource": "rdv-insertion", "personreference": "user:1"},
        "data.formacode": {**project, "data": {**project["data"], "formacode": "VALEURUNIQUE"}},
        "data": {**project, "data": {**project["data"], "libre": "VALEURUNIQUE"}},
        "": {**project, "libre": "VALEURUNIQUE"},
        "time": {**project, "time": 7},
    }
    for place, event in cases.items():
        assert refusal(senders, "ouiform", event) == ("SCHEMA_INVALID", place or None), place
    assert refusal(senders, "ouiform", {**project, "time": "VALEURUNIQUE"})[0] == "DATE_INVALID"
    assert refusal(senders, "ouiform", b"{")[0] == "JSON_INVALID"
    assert refusal(senders, "ouiform", b'{"time": "2026-11-03T10:00:00+01:00", "time": "x"}')[0] == "JSON_DUPLICATE_KEY"


def test_an_event_is_proven_by_its_whole_body_within_its_window(senders: Senders) -> None:
    body = json.dumps(EVENTS[1]).encode()
    secret = senders.by_address["ouiform", "produit"].secret
    other_secret = senders.by_address["orientations", "produit"].secret
    for key, signed in ((secret, body + b" "), (other_secret, body), (b"", body)):
        headers = {"x-spie-signature": f"sha256={hmac.digest(key, signed, 'sha256').hex()}"}
        with pytest.raises(RequestRefused, match="WEBHOOK_REFUSED"):
            senders.prove("ouiform", "produit", body, headers, NOW)
    with pytest.raises(RequestRefused, match="WEBHOOK_REFUSED"):
        senders.prove("ouiform", "produit", body, {}, NOW)
    assert refusal(senders, "ouiform", EVENTS[1], datetime(2026, 12, 1, tzinfo=UTC))[0] == "WEBHOOK_TOO_OLD"
    assert refusal(senders, "ouiform", EVENTS[1], datetime(2026, 11, 1, tzinfo=UTC))[0] == "WEBHOOK_EARLY"
