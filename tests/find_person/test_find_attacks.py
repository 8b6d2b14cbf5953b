"""Attacks on the search for a person. Each test is named after its row of docs/attaques.md."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson
import pytest

from hub.journal.write.group_commit import unavailable
from hub.policy.enforce.enumeration_limit import EnumerationLimit, MissLimit
from schema.local_state import LocalState
from subgraphs.people.match_keys import identified, match_key
from tests.find_person.conftest import FIND, Searches, by_nir, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

NIR = person("xandrovu").nir
BORN = str(person("xandrovu").birth_date)
UNKNOWN = {"nir": "1790199999123", "birthDate": "1979-01-15"}
FOREVER = 10**12
"""A window over which nothing is forgiven."""
DEFAULT = "query ($i: IdentityInput! = %s) { findPerson(identity: $i) { outcome } }"


@pytest.fixture
def misses(searches: Searches, monkeypatch: pytest.MonkeyPatch) -> EnumerationLimit:
    """The hub's count of misses, emptied, with small bounds, that forgives nothing."""
    count = searches.hub.app.pipeline.enumeration_limit
    limit = MissLimit(30, FOREVER, searches=3, organisation=5, found=12, found_organisation=20, found_seconds=FOREVER)
    for name, value in vars(EnumerationLimit(limit, LocalState())).items():
        monkeypatch.setattr(count, name, value)
    return count


DOCUMENTS = {
    "literal": f'{{ findPerson(identity: {{nir: "{NIR}", birthDate: "{BORN}"}}) {{ outcome }} }}',
    "spaced literal": f'{{ findPerson(identity: {{nir: "{NIR[0]} {NIR[1:3]} {NIR[3:]}"}}) {{ outcome }} }}',
    "default": DEFAULT % f'{{nir: "{NIR}", birthDate: "{BORN}"}}',
    "literal of another field": f'{{ persons(filter: {{lastName: "{NIR}"}}) {{ nodes {{ id }} }} }}',
    "comment": f"{{ me {{ id }} }} # {NIR}",
    "alias": f"{{ n{NIR}: me {{ id }} }}",
    "operation name": f"query N{NIR} {{ me {{ id }} }}",
    "block string": f'{{ persons(filter: {{lastName: """{NIR}"""}}) {{ nodes {{ id }} }} }}',
    "not valid": f'{{ unheardOf(x: "{NIR}") {{ id }} }}',
    "not GraphQL": f"{{ {NIR}",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("persisted", [False, True], ids=["sent", "kept by hash"])
async def test_39_a_document_with_a_nir_is_refused_before_anything_keeps_it(
    searches: Searches, document: str, persisted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    body: dict[str, Any] = {"query": document}
    if persisted:
        body["extensions"] = {"persistedQuery": {"version": 1, "sha256Hash": sha256(document.encode()).hexdigest()}}
    with caplog.at_level(logging.DEBUG):
        got = await searches.hub.post(orjson.dumps(body), searches.hub.headers("orienteur", purpose="identification"))
    assert (got.status, got.code, got.calls) == (400, "DOCUMENT_NIR", {})
    assert NIR.encode() not in got.body
    assert NIR not in caplog.text
    assert not any(NIR in text for text in _cached_texts(searches))


def _cached_texts(searches: Searches) -> Iterator[str]:
    """Every document that the hub and its subgraphs have cached."""
    pipeline = searches.hub.app.pipeline
    yield from pipeline.documents._cache.values()
    yield from (key[0] for key in pipeline.preparer._cache)
    for subgraph in searches.hub.app.local.values():
        yield from subgraph.queries
        yield from (str(key) for key in subgraph.compiler.statements)


NUMBER = '{kind: FRANCE_TRAVAIL, value: "9990041X"}'
IDENTITY = f'{{identifier: {NUMBER}, birthDate: "{BORN}"}}'


@pytest.mark.parametrize(
    "document",
    [
        f"{{ findPerson(identity: {IDENTITY}) {{ outcome }} }}",
        f"query ($d: Date!) {{ findPerson(identity: {{identifier: {NUMBER}, birthDate: $d}}) {{ outcome }} }}",
        "query ($n: String, $d: Date!) { findPerson(identity: {nir: $n, birthDate: $d}) { outcome } }",
        DEFAULT % IDENTITY,
        f"{{ me {{ id }} ... on Query {{ x: findPerson(identity: {IDENTITY}) {{ outcome }} }} }}",
    ],
)
async def test_39_an_identity_is_a_variable_or_the_document_is_refused(searches: Searches, document: str) -> None:
    for actor, purpose in (("orienteur", "identification"), ("employeur", "iae")):
        got = await searches.hub.ask(actor, document, {"d": BORN, "n": NIR}, purpose=purpose)
        assert (got.status, got.code, got.calls) == (400, "IDENTITY_NOT_VARIABLE", {})
        assert document not in set(_cached_texts(searches))


async def test_12_no_filter_order_or_cursor_takes_a_nir(searches: Searches) -> None:
    for name in ("nir", "identity", "nirLastDigits"):
        query = "query ($f: PersonFilter) { persons(filter: $f) { nodes { id } } }"
        got = await searches.hub.ask("orienteur", query, {"f": {name: NIR}}, purpose="identification")
        assert (got.status, got.code, got.calls) == (400, "VARIABLE_INVALID", {})
        assert NIR.encode() not in got.body


WRONG: dict[str, Any] = {
    "text": NIR,
    "list": [NIR],
    "number": 1790199999123,
    "no birth date": {"nir": NIR},
    "null birth date": {"nir": NIR, "birthDate": None},
    "unknown field": {"nir": NIR, "birthDate": BORN, "secret": NIR},
    "field named so": {NIR: NIR, "birthDate": BORN},
    "numeric NIR": {"nir": 1790199999123, "birthDate": BORN},
    "list of NIR": {"nir": [NIR], "birthDate": BORN},
    "unknown kind": {"identifier": {"kind": NIR, "value": NIR}, "birthDate": BORN},
    "null": None,
}


@pytest.mark.parametrize("identity", WRONG.values(), ids=WRONG)
async def test_19_a_wrong_identity_is_told_by_its_place_and_type_never_by_its_value(
    searches: Searches, identity: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        got = await searches.find("orienteur", identity, purpose="identification")
    assert (got.status, got.code, got.calls) == (400, "VARIABLE_INVALID", {})
    assert NIR.encode() not in got.body
    assert NIR not in caplog.text


UNSOUND: dict[str, tuple[Any, str, str]] = {
    "wrong key": ({"nir": f"{NIR}00", "birthDate": BORN}, ".nir", "NIR"),
    "too short": ({"nir": NIR[:-1], "birthDate": BORN}, ".nir", "NIR"),
    "nothing": ({"nir": "", "birthDate": BORN}, ".nir", "NIR"),
    "NUL": ({"nir": f"{NIR}\0", "birthDate": BORN}, ".nir", "NIR"),
    "no day": ({"nir": NIR, "birthDate": NIR}, ".birthDate", "DATE"),
    "a day that is none": ({"nir": NIR, "birthDate": "1976-02-30"}, ".birthDate", "DATE"),
    "a day in another writing": ({"nir": NIR, "birthDate": BORN.replace("-", "")}, ".birthDate", "DATE"),
    "a day of a week": (
        {"nir": NIR, "birthDate": "{}-W{:02}-{}".format(*person("xandrovu").birth_date.isocalendar())},
        ".birthDate",
        "DATE",
    ),
    "birth date alone": ({"birthDate": BORN}, "", "IDENTIFIED"),
    "a dossier without its role": (
        {"identifier": {"kind": "CAF", "value": "1234567"}, "birthDate": BORN},
        ".identifier",
        "DOSSIER",
    ),
    "a long number": (
        {"identifier": {"kind": "PASS_IAE", "value": "9" * 65}, "birthDate": BORN},
        ".identifier.value",
        "NUMBER",
    ),
}
"""An identity, the place of what is wrong in it, and the form that was expected."""


@pytest.mark.parametrize(("identity", "place", "form"), UNSOUND.values(), ids=UNSOUND)
async def test_19_an_identity_that_is_not_sound_is_an_error_in_our_words_and_searches_nobody(
    searches: Searches, misses: EnumerationLimit, identity: Any, place: str, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            got = await searches.find("orienteur", identity, purpose="identification")
    assert (got.data, got.code, got.statements) == ({"findPerson": None}, "BAD_IDENTITY", {})
    extensions = got.json["errors"][0]["extensions"]
    assert (extensions["input"], extensions["expected"]) == (f"identity{place}", form)
    assert NIR.encode() not in got.body
    assert NIR not in caplog.text


@pytest.mark.parametrize("inside", [{"nir": NIR}, {NIR: 1}, [{NIR: NIR}]], ids=["a field", "a key", "a list"])
async def test_19_what_a_scalar_holds_that_it_should_not_is_told_by_the_place_of_the_scalar(
    searches: Searches, inside: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        got = await searches.find("orienteur", {"nir": NIR, "birthDate": inside}, purpose="identification")
        filtered = await searches.hub.ask(
            "orienteur",
            "query ($f: PersonFilter) { persons(filter: $f) { nodes { id } } }",
            {"f": {"birthDateFrom": inside}},
            purpose="identification",
        )
    for answer, path in (
        (got, ["findPerson", "identity", "birthDate"]),
        (filtered, ["persons", "filter", "birthDateFrom"]),
    ):
        assert (answer.status, answer.code, answer.calls) == (403, "FORBIDDEN_INPUT", {})
        assert answer.json["errors"][0]["path"] == path
        assert NIR.encode() not in answer.body
    assert NIR not in caplog.text


async def test_22_whoever_misses_too_often_is_refused_and_learns_nothing_by_it(
    searches: Searches, misses: EnumerationLimit
) -> None:
    missed, refused = misses.missed, misses.refused
    for _ in range(10):
        assert (await searches.outcome("orienteur", by_nir("vurnibal"), "identification"))[0] == "ONE"
    for _ in range(3):
        assert await searches.outcome("orienteur", UNKNOWN, "identification") == ("NONE", None)
    identities = (UNKNOWN, by_nir("vurnibal"))
    answers = [await searches.find("orienteur", identity, purpose="identification") for identity in identities]
    assert {(got.status, got.code) for got in answers} == {(429, "TOO_MANY_MISSES")}
    assert answers[0].body == answers[1].body
    assert all(got.calls == {} and b"retry-after" in dict(got.headers) for got in answers)
    assert (misses.missed - missed, misses.refused - refused) == (3, 2)
    lists = await searches.hub.ask("orienteur", "{ persons(first: 1) { nodes { id } } }", purpose="identification")
    assert lists.status == 200


async def test_22_an_organisation_has_a_bound_of_its_own_and_leaves_others_theirs(
    searches: Searches, misses: EnumerationLimit
) -> None:
    for actor, count in (("orienteur", 3), ("referent-a", 2)):
        for _ in range(count):
            assert (await searches.outcome(actor, UNKNOWN, "identification"))[0] == "NONE"
    assert (await searches.find("referent-a", UNKNOWN, purpose="identification")).status == 429
    assert await searches.outcome("orienteur-2a", UNKNOWN, "identification") == ("NONE", None)


async def test_22_the_country_is_not_read_person_by_person_and_ones_own_people_are_found_all_day(
    searches: Searches, misses: EnumerationLimit
) -> None:
    """docs/domain.md#actors: the nationwide search is rate-limited. A refusal is the same whoever is searched for."""
    for _ in range(12):
        assert (await searches.outcome("referent-a", by_nir("xandrovu"), "identification"))[0] == "ONE"
    identities = (UNKNOWN, by_nir("vurnibal"), by_nir("xandrovu"))
    answers = [await searches.find("referent-a", identity, purpose="identification") for identity in identities]
    assert {(got.status, got.code) for got in answers} == {(429, "TOO_MANY_FOUND")}
    assert len({got.body for got in answers}) == 1
    assert all(got.calls == {} and b"retry-after" in dict(got.headers) for got in answers)
    for _ in range(15):
        assert (await searches.outcome("referent-a", by_nir("vurnibal"), "suivi"))[0] == "ONE"


async def test_22_a_search_that_finds_several_or_contradicts_itself_counts_as_a_miss(
    searches: Searches, misses: EnumerationLimit
) -> None:
    before = misses.missed
    contradictory = by_nir("vurnibal") | {"nir": UNKNOWN["nir"], "identifier": _number("vurnibal")}
    assert (await searches.outcome("orienteur", contradictory, "identification"))[0] == "CONFLICT"
    assert misses.missed == before + 1


def _number(slug: str) -> dict[str, str]:
    return {"kind": "FRANCE_TRAVAIL", "value": person(slug).france_travail_id}


async def test_22_nobody_is_searched_where_the_count_fails(
    searches: Searches, misses: EnumerationLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[float]:
        raise OverflowError

    monkeypatch.setattr(misses._state, "take", broken)
    got = await searches.find("orienteur", by_nir("vurnibal"), purpose="identification")
    assert (got.status, got.calls) == (500, {})


async def test_22_40_what_is_left_of_ones_misses_tells_nothing_of_an_answer_that_was_not_journalled(
    searches: Searches, misses: EnumerationLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise an actor that disconnects while the journal is written, or asks while it fails, learns the answer from
    its remaining quota."""
    people = "query ($id: ID!) { person(id: $id) { id } }"
    for stopped in (asyncio.CancelledError(), unavailable("the entry was not committed")):

        async def stop(*_: Any, stopped: BaseException = stopped) -> None:
            raise stopped

        with monkeypatch.context() as patched:
            patched.setattr(searches.hub.app.pipeline.journalling.journal, "disclose", stop)
            for identity in (by_nir("vurnibal"), UNKNOWN):
                with suppress(asyncio.CancelledError):
                    assert (await searches.find("orienteur", identity, purpose="identification")).status == 503
            for someone in (searches.world.persons["vurnibal"], str(uuid4())):
                with suppress(asyncio.CancelledError):
                    await searches.hub.ask("orienteur", people, {"id": someone}, purpose="identification")
        assert isinstance(misses._state, LocalState)
        levels = {level for buckets in misses._state._levels.values() for level, _ in buckets.values()}
        assert (misses.missed, levels) == (0, {0.0})


async def test_23_the_same_search_under_many_names_is_charged_for_each_before_any_is_made(
    searches: Searches, misses: EnumerationLimit
) -> None:
    fields = " ".join(f"a{place}: findPerson(identity: $identity) {{ outcome }}" for place in range(4))
    query = f"query ($identity: IdentityInput!) {{ {fields} }}"
    got = await searches.find("orienteur", UNKNOWN, query, purpose="identification")
    assert (got.status, got.code, got.calls) == (429, "TOO_MANY_MISSES", {})


async def test_36_a_search_that_is_excluded_is_not_made_charged_told_or_journalled(
    searches: Searches, misses: EnumerationLimit
) -> None:
    query = """query ($identity: IdentityInput!, $no: Boolean!) {
      persons(first: 1) { nodes { id } } findPerson(identity: $identity) @include(if: $no) { outcome } }"""
    before = misses.missed
    for actor, purpose in (("orienteur", "identification"), ("employeur", "iae")):
        variables = {"identity": UNKNOWN, "no": False}
        for _ in range(4):
            got = await searches.hub.ask(actor, query, variables, purpose=purpose)
            assert got.data.keys() == {"persons"}
            assert got.json["extensions"]["access"] == []
    assert misses.missed == before


@pytest.mark.parametrize(
    "identity",
    [
        f'{{"nir": "{NIR}", "nir": "{UNKNOWN["nir"]}", "birthDate": "{BORN}"}}',
        f'{{"nir": NaN, "birthDate": "{BORN}"}}',
        f'{{"nir": "{NIR}\\ud800", "birthDate": "{BORN}"}}',
        f'{{"nir": 1e999, "birthDate": "{BORN}"}}',
        f'{{"nir": "{NIR}", "birthDate": "{BORN}", "identifier": 99999999999999999999999999}}',
    ],
)
async def test_37_json_that_is_not_strict_is_refused_without_its_values(searches: Searches, identity: str) -> None:
    body = f'{{"query": {orjson.dumps(FIND).decode()}, "variables": {{"identity": {identity}}}}}'.encode()
    got = await searches.hub.post(body, searches.hub.headers("orienteur", purpose="identification"))
    assert (got.status, got.calls) == (400, {})
    assert NIR.encode() not in got.body


@pytest.mark.parametrize("name", ["__proto__", "__class__", "constructor"])
async def test_37_keys_that_mean_something_elsewhere_mean_nothing_here(searches: Searches, name: str) -> None:
    got = await searches.find("orienteur", {"nir": NIR, "birthDate": BORN, name: {}}, purpose="identification")
    assert (got.status, got.code, got.calls) == (400, "VARIABLE_INVALID", {})


async def test_39_no_log_metric_or_statement_holds_what_was_searched(
    searches: Searches, caplog: pytest.LogCaptureFixture
) -> None:
    connection = await searches.hub.database.connect()
    rows = [dict(row) for row in await connection.fetch("SELECT * FROM people.identity")]
    secret = searches.hub.database.keys.nir
    keys = {match_key(*identifier, secret) for row in rows for identifier in identified([row], None)}
    with caplog.at_level(logging.DEBUG):
        for slug in ("vurnibal", "xandrovu"):
            await searches.find("orienteur", by_nir(slug), purpose="identification")
        await searches.find("orienteur", UNKNOWN, purpose="identification")
    journal = [
        str(tuple(row))
        for name in ("entry", "disclosure")
        for row in await connection.fetch(f"SELECT * FROM journal.{name}")
    ]
    await connection.close()
    secrets = {
        NIR,
        person("vurnibal").nir,
        UNKNOWN["nir"],
        BORN,
        *keys,
        *(row["nir_hash"].hex() for row in rows if row["nir_hash"]),
    }
    texts = "\n".join((caplog.text, *searches.hub.sql(), *_cached_texts(searches), *journal))
    assert {secret for secret in secrets if secret in texts} == set()


async def test_45_identifiers_are_compared_as_they_are_written_but_for_case_and_spaces(searches: Searches) -> None:
    number = person("vurnibal").france_travail_id
    for written, outcome in (
        (number.lower(), "ONE"),
        (f" {number[:3]} {number[3:]}\t", "ONE"),
        (number.replace("0", "O"), "NONE"),
        ("".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in number), "NONE"),
        (f"{number}\u200b", None),
    ):
        identity = {
            "identifier": {"kind": "FRANCE_TRAVAIL", "value": written},
            "birthDate": str(person("vurnibal").birth_date),
        }
        got = await searches.find("orienteur", identity, purpose="identification")
        assert (got.data["findPerson"] or {}).get("outcome") == outcome


async def test_46_without_the_key_in_the_transaction_the_third_lock_shows_nobody(searches: Searches) -> None:
    """Row security alone: the query role sees a person through a key only if it can name it."""
    connection = await searches.hub.database.connect("people_query")
    rows = []
    owner = await searches.hub.database.connect()
    key = await owner.fetchval(
        "SELECT key FROM access.link WHERE relation = 128 AND person_id = $1", searches.world.persons["xandrovu"]
    )
    await owner.close()
    for scopes in ("", "128 ", key[:-1], f"{key}0", key):
        async with connection.transaction():
            await connection.execute("SELECT set_config('spie.scopes', $1, true)", scopes)
            rows.append(await connection.fetchval("SELECT count(*) FROM people.person"))
    await connection.close()
    assert rows == [0, 0, 0, 0, 1]


async def test_46_a_token_that_claims_a_key_has_no_relation_by_it(searches: Searches) -> None:
    owner = await searches.hub.database.connect()
    person_id = searches.world.persons["xandrovu"]
    scope = await owner.fetchval("SELECT scope_id FROM access.link WHERE relation = 128 AND person_id = $1", person_id)
    await owner.close()
    actor = searches.hub.actors["orienteur"]
    forged = replace(actor, claims={**actor.claims, "departments": [f"128 {scope}", scope]})
    token = searches.hub.issuer.token(forged)
    query = "query ($id: ID!) { person(id: $id) { id } persons { nodes { id } } }"
    got = await searches.hub.ask(
        "orienteur", query, {"id": person_id}, authorization=f"Bearer {token}", purpose="identification"
    )
    assert got.data == {"person": None, "persons": {"nodes": []}}
