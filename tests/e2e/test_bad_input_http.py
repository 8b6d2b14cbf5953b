"""What a client sends wrong: one table of cases, each with its status and stable code, and a French message that helps.

Nothing of the request is echoed, and nothing is executed, let alone journalled as disclosed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from demo.token_issuer import DemoActor, Issuer
from tests.e2e.site import Site

VALUE = "Echo0639980099"
"""A value that each request holds and no answer may."""
NIR = "2880313999001"
GROUPED = "2-88-03-13-999-001"
PERSON = "query P($id: ID!) { person(id: $id) { firstName } }"
MEDIA = ("content-type", "application/json")


@dataclass(frozen=True)
class Bad:
    """One case: a good request but for what is said here. `more` are headers beside it; `says` is in the message."""

    name: str
    status: int
    code: str
    says: str
    query: str = PERSON
    variables: Any = None
    body: bytes | None = None
    more: tuple[tuple[str, str], ...] = ()
    media: tuple[str, str] | None = MEDIA
    purpose: str | None = "suivi"
    method: str = "POST"
    operation: str | None = None

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        variables = {"id": VALUE} if self.variables is None else self.variables
        return json.dumps({"query": self.query, "variables": variables, "operationName": self.operation}).encode()


def nested(depth: int) -> str:
    """A caseload inside itself, so to say: fields in fields."""
    return "{ " + "persons { nodes { " * depth + "id" + " } }" * depth + " }"


CYCLE = "{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }"
BATCH = json.dumps([{"query": PERSON, "variables": {"id": VALUE}}] * 2).encode()
EXTENSIONS = json.dumps({"query": PERSON, "variables": {"id": VALUE}, "extensions": VALUE}).encode()

CASES = [
    # the body
    Bad("malformed JSON", 400, "BAD_JSON", "objet JSON correct", body=f'{{"query": "{VALUE}"'.encode()),
    Bad("duplicate key", 400, "BAD_JSON", "clé en double", body=f'{{"query": "{VALUE}", "query": ""}}'.encode()),
    Bad("not UTF-8", 400, "BAD_JSON", "UTF-8", body=f'{{"query": "é{VALUE}"}}'.encode("latin-1")),
    Bad("batch", 400, "BATCH_UNSUPPORTED", "une requête par appel", body=BATCH),
    Bad("variables as text", 400, "BAD_REQUEST", "« variables » (objet)", variables=VALUE),
    Bad("huge body", 413, "BODY_TOO_LARGE", "512 Kio", body=VALUE.encode() * 100_000),
    Bad("text/plain", 415, "UNSUPPORTED_MEDIA_TYPE", "application/json", media=("content-type", "text/plain")),
    Bad("no media type", 415, "UNSUPPORTED_MEDIA_TYPE", "application/json", media=None),
    Bad("compressed", 415, "UNSUPPORTED_MEDIA_TYPE", "sans compression", more=(("content-encoding", "gzip"),)),
    Bad("GET", 405, "METHOD_NOT_ALLOWED", "POST", method="GET", more=(("accept", "application/json"),)),
    Bad("Accept of a page", 406, "NOT_ACCEPTABLE", "« Accept »", more=(("accept", "text/html"),)),
    Bad("Accept of parts", 406, "NOT_ACCEPTABLE", "« Accept »", more=(("accept", "multipart/mixed"),)),
    Bad("extensions as text", 400, "BAD_REQUEST", "« extensions » (objet)", body=EXTENSIONS),
    Bad("PUT", 405, "METHOD_NOT_ALLOWED", "POST", method="PUT"),
    # headers
    Bad("Purpose twice", 400, "DUPLICATE_HEADER", "« purpose »", more=(("Purpose", VALUE),)),
    Bad("Authorization twice", 400, "DUPLICATE_HEADER", "« authorization »", more=(("Authorization", VALUE),)),
    Bad("unknown purpose", 400, "PURPOSE_UNKNOWN", "« Purpose »", purpose=VALUE),
    Bad("abstract purpose", 400, "PURPOSE_UNKNOWN", "« Purpose »", purpose="accompagnement"),
    Bad("no purpose", 400, "PURPOSE_MISSING", "« Purpose »", purpose=None),
    Bad("purpose outside the token", 403, "PURPOSE_NOT_GRANTED", "convention", purpose="orientation"),
    Bad("NIR as reference", 400, "PURPOSE_REFERENCE", "13 chiffres", more=(("Purpose-Reference", NIR),)),
    Bad("grouped NIR as reference", 400, "PURPOSE_REFERENCE", "forme d'un NIR", more=(("Purpose-Reference", GROUPED),)),
    Bad("a plan where plans are not shown", 403, "PLAN_NOT_SHOWN", "show_plans", more=(("plan", "show"),)),
    # the document
    Bad("syntax", 400, "DOCUMENT_SYNTAX", "ligne 1, colonne 3", query=f'{{ "{VALUE}" }}'),
    Bad("no operation", 400, "DOCUMENT_SYNTAX", "ligne 1", query=f"# {VALUE}"),
    Bad("unknown field", 400, "DOCUMENT_INVALID", "Champ inconnu « nir »", query="{ me { nir } }"),
    Bad(
        "unknown argument",
        400,
        "DOCUMENT_INVALID",
        "« name »",
        query=f'{{ persons(name: "{VALUE}") {{ nodes {{ id }} }} }}',
    ),
    Bad("unknown type", 400, "DOCUMENT_INVALID", "« Nir »", query="query P($id: Nir) { person(id: $id) { id } }"),
    Bad(
        "literal of a wrong type",
        400,
        "DOCUMENT_INVALID",
        "ligne 1",
        query=f'{{ persons(first: "{VALUE}") {{ nodes {{ id }} }} }}',
    ),
    Bad("unknown field that is a NIR", 400, "DOCUMENT_NIR", "forme d'un NIR", query=f"{{ me {{ n{NIR} }} }}"),
    Bad("unknown field that is a number", 400, "DOCUMENT_INVALID", "Champ inconnu", query=f"{{ me {{ n{NIR}0 }} }}"),
    Bad(
        "_entities", 400, "DOCUMENT_INVALID", "« _entities »", query="{ _entities(representations: []) { __typename } }"
    ),
    Bad("_service", 400, "DOCUMENT_INVALID", "« _service »", query="{ _service { sdl } }"),
    Bad("_access", 400, "DOCUMENT_INVALID", "« _access »", query="{ me { _access } }"),
    Bad("alias __access", 400, "DOCUMENT_RESERVED_ALIAS", "alias", query="{ me { __access: id } }"),
    Bad("subscription", 400, "DOCUMENT_SUBSCRIPTION", "par une requête", query="subscription { me { id } }"),
    Bad("@defer", 400, "DOCUMENT_INVALID", "« defer »", query="{ me { ... @defer { id } } }"),
    Bad("deep document", 400, "DOCUMENT_DEPTH_LIMIT", "limite de 20", query=nested(12)),
    Bad("very deep document", 400, "DOCUMENT_DEPTH_LIMIT", "limite", query=nested(4_000)),
    Bad("long document", 400, "DOCUMENT_BYTES_LIMIT", "octets", query="{ me { id } } #" + VALUE * 10_000),
    Bad("fragment cycle", 400, "DOCUMENT_FRAGMENT_CYCLE", "fragment", query=CYCLE),
    Bad("operation name that is a NIR", 400, "DOCUMENT_NIR", "forme d'un NIR", query=f"query N{NIR} {{ me {{ id }} }}"),
    Bad("operation name with a number", 400, "OPERATION_NAME", "13 chiffres", query=f"query N{NIR}0 {{ me {{ id }} }}"),
    Bad("no such operation", 400, "DOCUMENT_OPERATION_NAME", "operationName", operation=VALUE),
    # the variables
    Bad("variable of a wrong type", 400, "VARIABLE_INVALID", "« $id »", variables={"id": [VALUE, {"x": VALUE}]}),
    Bad("variable missing", 400, "VARIABLE_INVALID", "« $id »", variables={"other": VALUE}),
]


@pytest.fixture(autouse=True)
async def disclosing_nothing(hub: Site) -> Any:
    """Whatever these tests send, the journal's disclosures stay what they were."""
    connection = await hub.database.connect("journal_reader")
    try:
        count = "SELECT count(*) FROM journal.entry WHERE kind = 'DISCLOSURE'"
        before = await connection.fetchval(count)
        yield
        assert await connection.fetchval(count) == before
    finally:
        await connection.close()


def send(site: Site, bad: Bad, token: str | None) -> Any:
    """The error of a refused request."""
    headers = [bad.media] if bad.media is not None else []
    headers += [("purpose", bad.purpose)] if bad.purpose is not None else []
    headers += [("authorization", f"Bearer {token}")] if token is not None else []
    response = site.client.request(
        bad.method, f"{site.url}/graphql", content=bad.content(), headers=[*headers, *bad.more]
    )
    answer = response.json()
    assert (response.status_code, answer["errors"][0]["extensions"]["code"]) == (bad.status, bad.code), answer
    assert set(answer) == {"errors"}
    for text in (response.text, str(response.headers)):
        assert not [value for value in (VALUE, NIR, VALUE.lower()) if value in text]
    for error in answer["errors"]:
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert error["message"].endswith(".")
        assert error["extensions"]["trace"]
    assert bad.says in answer["errors"][0]["message"]
    return answer["errors"][0]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_what_is_wrong_is_told_by_a_code_and_a_way_out_and_never_echoed(hub: Site, bad: Bad) -> None:
    send(hub, bad, hub.issuer.token(hub.actors["referent-a"]))


def other_organisation(actor: DemoActor) -> DemoActor:
    return replace(actor, claims={**actor.claims, "organisation": "99900030899999"})


def of_a_foreign_issuer(site: Site, folder: Path) -> str:
    return Issuer(folder / "foreign").token(site.actors["referent-a"])


IDENTITIES: list[tuple[str, Bad, Callable[[Site, Path], str | None]]] = [
    ("missing", Bad("", 401, "TOKEN_MISSING", "jeton"), lambda site, folder: None),
    ("no token at all", Bad("", 401, "TOKEN_REFUSED", "jeton"), lambda site, folder: VALUE),
    ("foreign", Bad("", 401, "TOKEN_REFUSED", "jeton"), of_a_foreign_issuer),
    (
        "expired",
        Bad("", 401, "TOKEN_EXPIRED", "reconnectez-vous"),
        lambda site, folder: site.issuer.token(site.actors["referent-a"], int(time.time()) - 100_000),
    ),
    (
        "of an organisation without agreement",
        Bad("", 403, "PURPOSE_NOT_GRANTED", "convention"),
        lambda site, folder: site.issuer.token(other_organisation(site.actors["referent-a"])),
    ),
]


@pytest.mark.parametrize(("name", "bad", "token"), IDENTITIES, ids=[name for name, _, _ in IDENTITIES])
def test_a_token_that_does_not_say_who_asks_opens_nothing(
    hub: Site, tmp_path: Path, name: str, bad: Bad, token: Callable[[Site, Path], str | None]
) -> None:
    send(hub, bad, token(hub, tmp_path))
