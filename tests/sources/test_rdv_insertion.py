"""RDV-Insertion webhooks: proven before they are read, in any order, twice or late, and nothing is half-applied."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from demo.cast import BY_SLUG, RDVS, REFERENT_A, REFERENT_B
from demo.rdvi_files import ORGANISATION_MAP, rdv_message, user_file
from hub.ingest import find_source
from hub.ingest import ingest as read_files
from hub.runs.quarantine import Seal
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.unit_of_work import Options
from tests.conftest import Database
from tests.sources.ingestion import SECRET, asides, codes, everything_told, ingest, rows, values, versions, webhook

TODAY = date(2026, 11, 24)
SOLO, COLLECTIVE, EMPLOYER, PSYCHOLOGIST = RDVS[2], RDVS[4], RDVS[3], RDVS[5]
Change = Callable[[dict[str, Any]], None]


def message(change: Change | None = None, *, rdv: Any = SOLO, event: str = "created", at: str = "06:00:00") -> Any:
    """A webhook's message of our own, told at a time of day, after a change."""
    body = rdv_message(rdv, TODAY)
    body["meta"] |= {"event": event, "timestamp": f"2026-11-24 {at} +0000"}
    if change is not None:
        change(body["data"])
    return body


def status(value: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        for participation in data["participations"]:
            participation["status"] = value

    return change


async def appointments(database: Database) -> list[dict[str, Any]]:
    return await rows(database, "SELECT * FROM appointments.appointment ORDER BY source_id")


async def test_the_sample_rendez_vous_goes_in_and_reads_back(
    fresh_database: Database, tmp_path: Path, samples: Path
) -> None:
    body = (samples / "rdv-insertion" / "webhook_rdv.json").read_bytes()
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "rdv", body))

    assert (report.counts, codes(report)) == ({Outcome.CREATED: 1}, [])
    [row] = await appointments(fresh_database)
    assert row["starts_at"] == datetime(2024, 8, 26, 7, tzinfo=UTC)
    assert row["as_of"] == datetime(2024, 8, 15, 17, 30, 8, tzinfo=UTC)
    assert (row["duration_minutes"], row["mode"], row["collective"]) == (30, "PHYSIQUE", False)
    assert (row["status"], row["initiator"]) == ("INCONNU", "user")
    assert (row["motive_category"], row["motive_type"]) == ("siae_interview", "siae")
    assert (row["source"], row["source_id"]) == ("rdv-insertion", "rdv:1261:user:3432")
    assert await values(fresh_database, "SELECT department FROM appointments.organisation") == ["60"]
    [person] = await rows(fresh_database, "SELECT * FROM people.person p JOIN people.contact c ON person_id = p.id")
    assert (person["first_name"], person["last_name"], person["birth_date"]) == ("Jeanne", "Test", date(1969, 5, 1))
    assert (person["email"], person["postal_code"], person["origin"]) == ("personne1@example.org", "75010", "PERSONNE")
    assert (person["street"], person["city"]) == ("102 Quai de Jemmapes", "Paris 10ème")


async def test_the_sample_invitation_goes_in_and_reads_back(
    fresh_database: Database, tmp_path: Path, samples: Path
) -> None:
    body = (samples / "rdv-insertion" / "webhook_invitation.json").read_bytes()
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "invitation", body))

    assert (report.counts, codes(report)) == ({Outcome.CREATED: 1}, [])
    [row] = await rows(fresh_database, "SELECT * FROM appointments.invitation")
    assert (row["format"], row["clicked"], row["delivery_status"]) == ("EMAIL", True, None)
    assert row["sent_at"] == datetime(2024, 8, 16, 6, 17, 8, tzinfo=UTC)
    assert row["motive_category"] == "siae_interview"


async def test_both_samples_are_about_one_person(fresh_database: Database, tmp_path: Path, samples: Path) -> None:
    for name in ("webhook_rdv", "webhook_invitation"):
        body = (samples / "rdv-insertion" / f"{name}.json").read_bytes()
        await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, name, body))
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 1


def signature(body: bytes, secret: bytes = SECRET) -> str:
    return hmac.digest(secret, body, "sha256").hex()


BODY = orjson.dumps(message())
FORGED: dict[str, dict[str, str]] = {
    "unsigned": {},
    "empty signature": {"X-RDVI-Signature": ""},
    "other secret": {"X-RDVI-Signature": signature(BODY, b"autre")},
    "signature of another body": {"X-RDVI-Signature": signature(BODY + b" ")},
    "not hexadecimal": {"X-RDVI-Signature": "é"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
async def test_a_body_that_is_not_proven_writes_nothing(
    database: Database, tmp_path: Path, headers: dict[str, str]
) -> None:
    path = webhook(tmp_path, "rdv", BODY)
    (tmp_path / "rdv.headers.json").write_bytes(orjson.dumps(headers))
    report = await ingest(database, "rdv-insertion", path)
    assert codes(report) == [(1, "", "WEBHOOK_SIGNATURE")]
    assert report.rows == 0
    assert not await values(database, "SELECT 1 FROM appointments.source_record")


async def test_without_secret_or_headers_nothing_is_read(database: Database, tmp_path: Path) -> None:
    path = webhook(tmp_path, "rdv", BODY)
    assert codes(await ingest(database, "rdv-insertion", path, secret=None)) == [(0, "", "WEBHOOK_SECRET_MISSING")]
    (tmp_path / "rdv.headers.json").unlink()
    assert codes(await ingest(database, "rdv-insertion", path)) == [(0, "", "HEADERS_MISSING")]


async def test_the_name_of_the_header_has_no_case(fresh_database: Database, tmp_path: Path) -> None:
    path = webhook(tmp_path, "rdv", BODY)
    (tmp_path / "rdv.headers.json").write_bytes(orjson.dumps({"x-rdvi-SIGNATURE": signature(BODY).upper()}))
    assert (await ingest(fresh_database, "rdv-insertion", path)).complete


async def test_a_body_sent_in_latin_1_was_signed_in_utf_8(fresh_database: Database, tmp_path: Path) -> None:
    path = webhook(tmp_path, "rdv", BODY)
    assert not BODY.isascii()
    path.write_bytes(BODY.decode().encode("latin-1"))
    assert (await ingest(fresh_database, "rdv-insertion", path)).complete
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Maëlle"]


async def test_a_replayed_message_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    path = webhook(tmp_path, "rdv", message(rdv=COLLECTIVE))
    await ingest(fresh_database, "rdv-insertion", path, organisations=ORGANISATION_MAP)
    before = await versions(fresh_database)

    report = await ingest(fresh_database, "rdv-insertion", path, organisations=ORGANISATION_MAP)

    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 1}, 0)
    assert await versions(fresh_database) == before


async def test_a_message_out_of_order_overwrites_nothing(fresh_database: Database, tmp_path: Path) -> None:
    later = webhook(tmp_path, "later", message(status("seen"), event="updated", at="09:00:00"))
    earlier = webhook(tmp_path, "earlier", message(status("unknown"), at="08:59:59"))

    report = await ingest(fresh_database, "rdv-insertion", later, earlier)

    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}
    assert [row["status"] for row in await appointments(fresh_database)] == ["VU"]


async def test_an_update_changes_the_row_and_keeps_its_key(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "created", message()))
    [before] = await appointments(fresh_database)

    update = message(status("noshow"), event="updated", at="10:00:00")
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "updated", update))

    assert report.counts == {Outcome.UPDATED: 1}
    [after] = await appointments(fresh_database)
    assert (after["id"], after["status"]) == (before["id"], "ABSENT")


async def test_what_the_source_destroys_goes_with_its_links_and_its_person(
    fresh_database: Database, tmp_path: Path
) -> None:
    created = webhook(tmp_path, "created", message(rdv=EMPLOYER))
    await ingest(fresh_database, "rdv-insertion", created, organisations=ORGANISATION_MAP)
    assert await values(fresh_database, "SELECT 1 FROM access.link WHERE relation = $1", int(Fact.OWN_ITEM))

    gone = {"data": {"id": EMPLOYER.number}, "meta": message(event="destroyed", at="11:00:00")["meta"]}
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "gone", gone))

    assert report.counts == {Outcome.REMOVED: 1}
    for table in ("appointments.appointment", "people.person", "people.identity", "access.link", "access.person"):
        assert not await values(fresh_database, f"SELECT 1 FROM {table}")
    assert await rows(fresh_database, "SELECT source_id, removed FROM appointments.source_record") == [
        {"source_id": f"rdv:{EMPLOYER.number}", "removed": True}
    ]


async def test_a_late_update_does_not_bring_back_what_was_destroyed(fresh_database: Database, tmp_path: Path) -> None:
    gone = {"data": {"id": SOLO.number}, "meta": message(event="destroyed", at="11:00:00")["meta"]}
    late = [message(event="updated", at=at) for at in ("10:59:59", "11:00:00")]
    paths = [webhook(tmp_path, str(number), body) for number, body in enumerate([message(), gone, *late, gone])]

    report = await ingest(fresh_database, "rdv-insertion", *paths)

    assert report.counts == {Outcome.CREATED: 1, Outcome.REMOVED: 1, Outcome.OLDER: 2, Outcome.UNCHANGED: 1}
    assert not await appointments(fresh_database)
    assert not await values(fresh_database, "SELECT 1 FROM people.person")


async def test_a_person_stays_as_long_as_another_item_holds_it(fresh_database: Database, tmp_path: Path) -> None:
    other_message = message(rdv=RDVS[1])
    gone = {"data": {"id": SOLO.number}, "meta": message(event="destroyed", at="11:00:00")["meta"]}
    paths = [webhook(tmp_path, str(number), body) for number, body in enumerate([message(), other_message, gone])]
    await ingest(fresh_database, "rdv-insertion", *paths)
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Maëlle"]


async def test_who_is_no_longer_in_a_collective_rendez_vous_is_removed_from_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    def without_last(data: dict[str, Any]) -> None:
        data["participations"].pop()
        data["users"].pop()

    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "all", message(rdv=COLLECTIVE)))
    assert [row["status"] for row in await appointments(fresh_database)] == ["EXCUSE", "VU", "VU"]

    fewer = message(without_last, rdv=COLLECTIVE, event="updated", at="12:00:00")
    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "fewer", fewer))

    names = "SELECT first_name FROM people.person ORDER BY 1"
    assert await values(fresh_database, names) == ["Sidonie", "Titouan"]
    assert len(await appointments(fresh_database)) == 2


async def test_users_stand_for_participations_that_the_payload_leaves_out(
    fresh_database: Database, tmp_path: Path
) -> None:
    def bare(data: dict[str, Any]) -> None:
        data.pop("participations")

    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "bare", message(bare)))
    [before] = await appointments(fresh_database)
    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "full", message(event="updated", at="07:00:00")))
    [after] = await appointments(fresh_database)
    assert before["id"] == after["id"]


async def test_only_an_organisation_whose_siret_is_known_owns_its_rendez_vous(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = webhook(tmp_path, "rdv", message(rdv=EMPLOYER))
    await ingest(fresh_database, "rdv-insertion", path)
    [row] = await appointments(fresh_database)
    assert (row["organisation_siret"], row["recorded_by"]) == (None, None)
    assert not await values(fresh_database, "SELECT 1 FROM access.link WHERE relation = $1", int(Fact.OWN_ITEM))

    report = await ingest(fresh_database, "rdv-insertion", path, organisations=ORGANISATION_MAP)

    assert report.counts == {Outcome.UPDATED: 1}
    owner = ORGANISATION_MAP[str(EMPLOYER.organisation.number)].siret
    [row] = await appointments(fresh_database)
    assert (row["organisation_siret"], row["recorded_by"]) == (owner, owner)
    own = await rows(
        fresh_database, "SELECT person_id, scope_id FROM access.link WHERE relation = $1", int(Fact.OWN_ITEM)
    )
    assert own == [{"person_id": row["person_id"], "scope_id": owner}]


async def test_an_organisation_is_linked_by_a_rendez_vous_until_its_day_and_never_by_a_cancelled_one(
    fresh_database: Database, tmp_path: Path
) -> None:
    async def until(name: str, body: dict[str, Any]) -> list[Any]:
        path = webhook(tmp_path, name, body)
        await ingest(fresh_database, "rdv-insertion", path, organisations=ORGANISATION_MAP)
        again = await ingest(fresh_database, "rdv-insertion", path, organisations=ORGANISATION_MAP)
        assert again.rows == 0
        query = "SELECT valid_until FROM access.link WHERE relation = $1"
        return await values(fresh_database, query, int(Fact.OWN_ITEM))

    def moved(data: dict[str, Any]) -> None:
        data["starts_at"] = "2020-01-31T23:30:00.000Z"

    day = date.fromisoformat(message(rdv=EMPLOYER)["data"]["starts_at"][:10])
    assert await until("created", message(rdv=EMPLOYER)) == [day]
    assert await until("moved", message(moved, event="updated", at="10:00:00", rdv=EMPLOYER)) == [date(2020, 2, 1)]
    assert await until("off", message(status("revoked"), event="updated", at="11:00:00", rdv=EMPLOYER)) == []


async def test_a_category_that_the_hub_does_not_know_is_no_category(fresh_database: Database, tmp_path: Path) -> None:
    def unknown(data: dict[str, Any]) -> None:
        data["motif"]["motif_category"]["short_name"] = "rsa_nouveaute"

    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "a", message(unknown)))
    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "b", message(rdv=PSYCHOLOGIST)))
    motives = {(row["motive_category"], row["motive_type"]) for row in await appointments(fresh_database)}
    assert motives == {(None, "autre"), ("psychologue", "autre")}


async def test_a_key_that_the_audience_may_not_see_takes_nothing_away(fresh_database: Database, tmp_path: Path) -> None:
    def with_nir(data: dict[str, Any]) -> None:
        data["participations"][0]["user"]["nir"] = "2 88 13 99 999 001"

    def without(data: dict[str, Any]) -> None:
        for key in ("nir", "department_internal_id"):
            data["participations"][0]["user"].pop(key)

    def erased(data: dict[str, Any]) -> None:
        data["participations"][0]["user"] |= {"nir": None, "department_internal_id": None}

    query = (
        "SELECT nir_hash IS NOT NULL a, department_internal_id IS NOT NULL b, nir_last_digits c FROM people.identity"
    )
    states = []
    for number, change in enumerate((with_nir, without, erased)):
        update = message(change, event="updated", at=f"06:00:0{number}")
        report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, str(number), update))
        assert report.complete
        states += [tuple(row.values()) for row in await rows(fresh_database, query)]
    assert states == [(True, True, "001"), (True, True, "001"), (False, False, None)]


def broken(old: bytes, new: bytes) -> bytes:
    assert old in BODY
    return BODY.replace(old, new)


MALFORMED = {
    "truncated": (BODY[:-20], "JSON_INVALID", ""),
    "duplicate key": (broken(b'{"data":{"id":3,', b'{"data":{"id":3,"id":4,'), "JSON_DUPLICATE_KEY", ""),
    "NaN": (broken(b'"duration_in_min":45', b'"duration_in_min":NaN'), "JSON_NUMBER", ""),
    "text for a number": (broken(b'"data":{"id":3', b'"data":{"id":"3"'), "SCHEMA_INVALID", "data.id"),
    "unknown status": (
        broken(b'"status":"unknown"', b'"status":"etat-8271"'),
        "SCHEMA_INVALID",
        "status",
    ),
    "no user": (broken(b'"users":[', b'"usagers":['), "SCHEMA_INVALID", "data.users"),
    "unknown model": (broken(b'"model":"Rdv"', b'"model":"Lieu"'), "SCHEMA_INVALID", "meta.model"),
    "no time zone": (broken(b"06:00:00 +0000", b"06:00:00"), "DATE_INVALID", "meta.timestamp"),
    "not an object": (b"[]", "FORMAT_UNKNOWN", "data"),
    "nested too deep": (b'{"data":' + b"[" * 100_000, "JSON_INVALID", ""),
    "character that a text can't hold": (
        broken(b'"first_name":"Ma', b'"first_name":"\\u0000Ma'),
        "VALUE_NOT_STORABLE",
        "",
    ),
}


@pytest.mark.parametrize(("body", "code", "path"), MALFORMED.values(), ids=MALFORMED)
async def test_a_proven_body_that_is_not_such_a_message_writes_nothing(
    fresh_database: Database, tmp_path: Path, body: bytes, code: str, path: str
) -> None:
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "rdv", body))

    [(record, place, refusal_code)] = codes(report)
    assert (record, refusal_code) == (1, code)
    assert place.endswith(path)
    assert not await values(fresh_database, "SELECT 1 FROM appointments.source_record")
    assert "8271" not in everything_told([report])


UNREADABLE = {
    "impossible date": (broken(b'"birth_date":"1988-03', b'"birth_date":"1988-30'), "DATE_INVALID", "user.birth_date"),
    "no telephone": (broken(b"+33639980001", b"NC"), "PHONE_INVALID", "user.phone_number"),
}


@pytest.mark.parametrize(("body", "code", "path"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_value_that_cannot_be_read_is_set_aside_and_the_rendez_vous_is_taken(
    fresh_database: Database, tmp_path: Path, body: bytes, code: str, path: str
) -> None:
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "rdv", body))
    [(record, place, aside_code)] = asides(report)
    assert (record, aside_code, codes(report)) == (1, code, [])
    assert place.endswith(path)
    assert len(await appointments(fresh_database)) == 1


async def test_a_file_of_another_kind_is_told(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "usagers.ods"
    path.write_bytes(b"PK")
    assert codes(await ingest(database, "rdv-insertion", path)) == [(0, "", "FILE_TYPE_UNKNOWN")]


async def test_headers_given_with_their_webhook_are_not_a_message(fresh_database: Database, tmp_path: Path) -> None:
    path = webhook(tmp_path, "rdv", message())
    report = await ingest(fresh_database, "rdv-insertion", path.with_suffix(".headers.json"), path)
    assert (report.read, report.complete) == (1, True)


async def test_whom_a_webhook_no_longer_names_stops_following_the_person_of_an_older_user_file(
    fresh_database: Database, tmp_path: Path
) -> None:
    def followed_by_another(data: dict[str, Any]) -> None:
        for participation in data["participations"]:
            participation["user"]["referents"] = [{"email": REFERENT_B.email}]

    query = (
        "SELECT a.email FROM access.link l JOIN people.agent a ON a.id::text = l.scope_id"
        f" WHERE l.relation = {int(Fact.REFERENT)}"
    )
    users = tmp_path / "usagers.csv"
    users.write_bytes(user_file([BY_SLUG["maelle"]]))
    january = datetime(2026, 1, 12, tzinfo=UTC)
    await ingest(fresh_database, "rdv-insertion", users, as_of=january)
    assert await values(fresh_database, query) == [REFERENT_A.email]
    await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "rdv", message(followed_by_another)))
    assert await values(fresh_database, query) == [REFERENT_B.email]
    await ingest(fresh_database, "rdv-insertion", users, as_of=january)
    assert await values(fresh_database, query) == [REFERENT_B.email]


async def test_a_destroyed_person_goes_with_the_last_placement_that_held_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    async def read(source: str, *paths: Path) -> None:
        keys = fresh_database.keys
        options, seal = Options(webhook_secret=SECRET), Seal(keys.quarantine)
        report = await read_files(find_source(source, keys), paths, options, fresh_database.dsn, seal)
        assert report.complete

    def placement(name: str, **changed: Any) -> Path:
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(orjson.dumps({"positionnement": "POS-1", "maj": "2026-11-24T10:00:00+00:00"} | changed))
        return path

    proposal = {
        "etat": "PROPOSE",
        "personne": {"source": "rdv-insertion", "reference": f"user:{BY_SLUG['maelle'].number + 5000}"},
        "session": "S-1",
        "organisme": "99900020800011",
        "dates": {"proposition": "2026-10-12"},
    }
    gone = {"data": {"id": SOLO.number}, "meta": message(event="destroyed", at="11:00:00")["meta"]}
    await read("rdv-insertion", webhook(tmp_path, "rdv", message()))
    await read("ouiform", placement("held", **proposal))
    await read("rdv-insertion", webhook(tmp_path, "gone", gone))
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Maëlle"]

    await read("ouiform", placement("removed", maj="2026-11-24T12:00:00+00:00", supprime=True))
    assert not await values(fresh_database, "SELECT 1 FROM people.person")
    assert not await values(fresh_database, "SELECT 1 FROM access.person_reference")
