"""The page `/journal` in two clicks, who asks and who read its data; then a file to hand over."""

from __future__ import annotations

import csv
import io
import logging
import re
from html import unescape
from typing import Any

import httpx2
import orjson
import pytest

from hub.pages.access_export import export
from tests.e2e.canary_world import ITSELF
from tests.find_person.conftest import Searches, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = "query Lecture($id: ID!) { person(id: $id) { lastName } }"
CASE = "DEMANDE-12"


async def sent(searches: Searches, by: str = "dpo", **fields: str) -> httpx2.Response:
    """The page, its form sent with a token of this actor."""
    token = searches.hub.issuer.token(searches.hub.actors[by])
    transport = httpx2.ASGITransport(searches.hub.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        return await client.post("/journal", data={"access_token": token, **fields})


def search_form(slug: str = ITSELF, **changed: str) -> dict[str, str]:
    """The form filled in with what a person gives of itself."""
    who = person(slug)
    fields = {"find": "1", "reference": CASE, "birthDate": str(who.birth_date)}
    return {**fields, "lastName": who.last_name, "firstName": who.first_name, **changed}


def hidden(page: str, button: str) -> dict[str, str]:
    """The hidden fields of the form of a button."""
    form = next(part for part in page.split("<form")[1:] if button in part.partition("</form>")[0])
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.partition("</form>")[0])
    return {name: unescape(value) for name, value in pairs if name != "access_token"}


async def test_two_clicks_from_the_name_to_who_read_what_when_and_why(searches: Searches) -> None:
    await searches.hub.ask("referent-a", READ, {"id": searches.world.persons[ITSELF]}, purpose="suivi")
    answer = await sent(searches, **search_form())
    assert answer.status_code == 200
    assert person(ITSELF).last_name.upper() in answer.text
    accesses = await sent(searches, search="1", **hidden(answer.text, "Qui a lu ses données"))
    assert accesses.status_code == 200
    for text in ("Référent de parcours", "Suivre le parcours", "Nom d&#39;usage", "dossier DEMANDE-12"):
        assert text in accesses.text, text


@pytest.mark.parametrize("file_format", ["csv", "json"])
async def test_the_whole_answer_is_saved_as_a_file_that_is_neither_cached_nor_shown(
    searches: Searches, file_format: str
) -> None:
    for _ in range(101):
        await searches.hub.ask("referent-a", READ, {"id": searches.world.persons[ITSELF]}, purpose="suivi")
    answer = await sent(searches, **search_form())
    accesses = await sent(searches, search="1", **hidden(answer.text, "Qui a lu ses données"))
    saved = await sent(searches, export=file_format, **hidden(accesses.text, "Tout enregistrer"))
    assert saved.status_code == 200
    assert saved.headers["content-disposition"] == f'attachment; filename="acces.{file_format}"'
    assert saved.headers["cache-control"] == "no-store"
    assert "sandbox" in saved.headers["content-security-policy"]
    assert saved.headers["x-content-type-options"] == "nosniff"
    if file_format == "json":
        rows: list[Any] = orjson.loads(saved.content)["accesses"]
        assert {row["operation"] for row in rows} >= {"Lecture", "FindPerson"}
    else:
        rows = list(csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig")), delimiter=";"))
        assert {row["opération"] for row in rows} >= {"Lecture", "FindPerson"}
        assert {row["dossier"] for row in rows} >= {"", CASE}
    assert len(rows) > 100


async def test_a_file_that_can_not_hold_all_accesses_is_refused_and_not_cut(
    searches: Searches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.http.journal_page.LARGEST_EXPORT", 100)
    for _ in range(101):
        await searches.hub.ask("referent-a", READ, {"id": searches.world.persons[ITSELF]}, purpose="suivi")
    person_id = str(searches.world.persons[ITSELF])
    refused = await sent(searches, export="csv", why="demande", reference=CASE, person=person_id)
    assert (refused.status_code, "EXPORT_TOO_LARGE" in refused.text) == (400, True)
    assert "content-disposition" not in refused.headers


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"birthDate": "1950-01-01"}, "Personne de votre périmètre ne répond"),
        ({"reference": ""}, "PURPOSE_REFERENCE_MISSING"),
        ({"reference": "1" * 13}, "PURPOSE_REFERENCE"),
        ({"firstName": ""}, "BAD_IDENTITY"),
        ({"nir": "12"}, "BAD_IDENTITY"),
        ({"birthDate": "hier"}, "BAD_IDENTITY"),
        ({"lastName": "", "firstName": ""}, "BAD_IDENTITY"),
    ],
)
async def test_what_is_amiss_is_said_and_what_was_typed_is_not_shown_again(
    searches: Searches, changed: dict[str, str], text: str
) -> None:
    answer = await sent(searches, **search_form(**changed))
    assert text in answer.text
    typed = {person(ITSELF).last_name, person(ITSELF).first_name, str(person(ITSELF).birth_date)}
    assert [value for value in typed if f'value="{value}"' in answer.text] == []


@pytest.mark.parametrize("actor", ["referent-a", "orienteur", "conseiller-ft", "employeur", "personne"])
async def test_no_other_actor_finds_anyone_on_the_page(searches: Searches, actor: str) -> None:
    answer = await sent(searches, actor, **search_form())
    assert (answer.status_code, "PURPOSE_NOT_GRANTED" in answer.text) == (403, True)
    assert person(ITSELF).last_name.upper() not in answer.text


async def test_the_officer_of_another_departement_finds_nobody(searches: Searches) -> None:
    answer = await sent(searches, "dpo-2a", **search_form())
    assert "Personne de votre périmètre ne répond" in answer.text


async def test_39_nothing_that_was_typed_is_in_a_log_an_address_or_a_header(
    searches: Searches, caplog: pytest.LogCaptureFixture
) -> None:
    typed = {"lastName": "Canarivoltix", "firstName": "Zephyrandre", "nir": person(ITSELF).nir}
    with caplog.at_level(logging.DEBUG):
        answers = [
            await sent(searches, **search_form(**typed)),
            await sent(searches, **search_form(**typed, reference="a b")),
        ]
    texts = "\n".join((caplog.text, *(str(answer.url) + str(answer.headers) for answer in answers)))
    assert [value for value in typed.values() if value in texts] == []
    assert all("no-store" in answer.headers["cache-control"] for answer in answers)


async def test_a_name_is_text_and_no_markup(searches: Searches) -> None:
    connection = await searches.hub.database.connect("people_ingest")
    rename = "UPDATE people.person SET first_name = $2 WHERE id = $1"
    try:
        await connection.execute(rename, searches.world.persons[ITSELF], "<img src=x onerror=alert(1)>")
        answer = await sent(searches, **search_form())
    finally:
        await connection.execute(rename, searches.world.persons[ITSELF], person(ITSELF).first_name.upper())
        await connection.close()
    assert "&lt;img src=x" in answer.text
    assert "<img" not in answer.text


ACCESS = {
    "at": "2026-12-01T08:00:00+00:00", "actorLabel": "Agent", "actor": None, "client": None, "organisation": None,
    "organisationName": 'Structure "A" ; B', "purposeLabel": None, "reference": None, "operation": None, "trace": "a",
    "people": 1, "visibleFrom": None, "data": [{"label": "Identité", "fields": ["Nom", "Prénom"]}],
}  # fmt: skip


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", '=HYPERLINK("http://x")']
)
async def test_no_cell_of_a_file_is_a_formula(text: str) -> None:
    content = export([{**ACCESS, "operation": text}], "csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content, newline=""), delimiter=";")
    assert row["opération"] == f"'{text}"
    assert row["organisation"] == 'Structure "A" ; B'
    assert row["données"] == "Identité : Nom, Prénom"
    assert row["instant (heure de Paris)"] == "01/12/2026 09:00:00"
