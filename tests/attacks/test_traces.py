"""docs/attaques.md#attack-39: nothing of a person is in the spans that leave the hub, whoever asks and however it
goes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from hub.federation.client.transport import SubgraphResponse
from hub.observability.attributes import Attribute, Kind, Name
from hub.pages.journey import JOURNEY
from tests.attacks.conftest import DPO
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_operations import WHOLE, mistaken, requests
from tests.e2e.canary_world import BY_SLUG, World
from tests.e2e.test_leaks_canary import canaries_in
from tests.observability.collector import ExportedSpan, collecting

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTORS = ("referent-a", "referent-b", "employeur", "personne", "dpo")
MISPLACED = 3
"""Values that each actor puts where they don't belong."""
NAME = "query ($id: ID!) { person(id: $id) { lastName } }"
SECRET = "canari-7f3a"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class Record:
    """What came of it: by name of the request its trace id and its answer, and by trace its spans; the bytes in which
    they left."""

    world: World
    actors: frozenset[str]
    purposes: frozenset[str]
    received: bytes = b""
    spans_by_trace: dict[str, list[ExportedSpan]] = field(default_factory=dict)
    traces: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Got] = field(default_factory=dict)
    statements: set[str] = field(default_factory=set)
    journalled: dict[str, str] = field(default_factory=dict)

    def spans(self, name: str) -> list[ExportedSpan]:
        """Of this request, in the order of their end."""
        return self.spans_by_trace[self.traces[name]]

    def span(self, name: str, span: Name = Name.REQUEST) -> ExportedSpan:
        """The one span of this name that the request has."""
        (match,) = [candidate for candidate in self.spans(name) if candidate.name == span]
        return match


@dataclass
class Asking:
    """A hub that is asked, each request under a name and in a trace of its own."""

    hub: Inside
    record: Record

    async def ask(self, name: str, actor: str, query: str, variables: Any = None, **changed: str) -> Got:
        """One operation."""
        sent = {"traceparent": f"00-{secrets.token_hex(16)}-b7ad6b7169203331-01", **changed}
        return self.keep(name, await self.hub.ask(actor, query, variables, **sent))

    def keep(self, name: str, got: Got) -> Got:
        """An answer, under its name."""
        self.record.traces[name] = dict(got.headers)[b"trace-id"].decode()
        self.record.answers[name] = got
        return got


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def record(world: World, database: Database, folder: Path) -> AsyncIterator[Record]:
    """Everything that was tried, and the spans of it: the hub has stopped."""
    actors = {**world.actors, DPO.name: DPO}
    with collecting() as collector:
        async with inside(database, actors, folder, traces=collector.traces) as hub:
            policy = hub.app.pipeline.table.policy
            filled = Record(world, frozenset(policy.actors), frozenset(policy.purposes))
            asking = Asking(hub, filled)
            await _well(asking)
            await _mistaken(asking)
            await _hostile(asking)
            await _failing(asking, database)
            filled.statements = {sha256(sql.encode()).hexdigest() for sql in hub.sql()}
        filled.journalled = await _journal(database)
        filled.received = collector.received()
        for span in collector.spans():
            filled.spans_by_trace.setdefault(span.trace, []).append(span)
        yield filled


async def _well(asking: Asking) -> None:
    world = asking.record.world
    for actor in ACTORS:
        for number, (query, variables) in enumerate(requests(world)):
            await asking.ask(f"{actor} {number}", actor, query, variables)
    journey = JOURNEY.read_text(encoding="utf-8")
    for name in ("journey", "journey again"):
        assert (await asking.ask(name, "referent-a", journey, {"id": world.persons["vurnibal"]})).data


async def _mistaken(asking: Asking) -> None:
    values = [canary.text for canary in asking.record.world.canaries if canary.owner in ("vurnibal", "xandrovu")]
    for actor in ACTORS:
        for number, (query, variables) in enumerate(mistaken(Random(actor).sample(values, MISPLACED))):
            await asking.ask(f"mistaken {actor} {number}", actor, query, variables)
    vurnibal = {"id": asking.record.world.persons["vurnibal"]}
    await asking.ask("no token", "referent-a", NAME, vurnibal, authorization="")
    await asking.ask("no such purpose", "referent-a", NAME, vurnibal, purpose="Quazombre")
    await asking.ask("purpose of others", "referent-a", NAME, vurnibal, purpose="contrat")
    await asking.ask("reference", "referent-a", NAME, vurnibal, purpose_reference="Vurnibal Zelisma")


async def _hostile(asking: Asking) -> None:
    """Values of people where a client puts them whose hub writes traces carelessly."""
    person, variables = BY_SLUG["vurnibal"], {"id": asking.record.world.persons["vurnibal"]}
    query = "query Vurnibal_Quazombre($Zelisma: ID!) { Vurnibal: person(id: $Zelisma) { Quazombre: lastName } }"
    await asking.ask("names", "referent-a", query, {"Zelisma": variables["id"]})
    await asking.ask(
        "headers",
        "referent-a",
        NAME,
        variables,
        baggage=f"nir={person.nir},who={SECRET}",
        tracestate=f"spie={SECRET}",
        b3=SECRET,
        x_request_id=SECRET,
        user_agent=f"{SECRET} {person.nir}",
        cookie=f"who={SECRET}",
        forwarded=f"for={SECRET}",
        apollo_federation_include_trace="ftv1",
        apollographql_client_name=SECRET,
        sentry_trace=SECRET,
    )
    span = f"{person.nir:0>16}"
    await asking.ask("parent", "referent-a", NAME, variables, traceparent=f"00-{'ab' * 16}-{span}-01")
    await asking.ask("no traceparent", "referent-a", NAME, variables, traceparent=f"00-{person.nir}-{span}-01")
    headers = asking.hub.headers("referent-a", traceparent="")
    asking.keep("method", await asking.hub.post(b"{}", headers, "VURNIBAL", f"nir={person.nir}".encode()))
    await asking.ask("trace", "referent-a", NAME, variables, traceparent=f"00-{TRACE_ID}-b7ad6b7169203331-00")


async def _failing(asking: Asking, database: Database) -> None:
    variables = {"id": asking.record.world.persons["vurnibal"]}
    errors = [{"message": "Vurnibal Zelisma", "path": ["Quazombre"], "extensions": {"code": "VURNIBAL_ZELISMA"}}]
    async with _answering(asking.hub, "people", lambda response: SubgraphResponse(None, errors)):
        await asking.ask("subgraph error", "referent-a", WHOLE, variables)
    owner = await database.connect()
    try:
        await owner.execute("REVOKE SELECT ON people.contact FROM people_query")
        await asking.ask("database error", "referent-a", WHOLE, variables)
        await owner.execute("GRANT SELECT ON people.contact TO people_query")
        await owner.execute("REVOKE INSERT ON journal.entry FROM journal_writer")
        await asking.ask("journal error", "referent-a", NAME, variables)
    finally:
        await owner.execute("GRANT SELECT ON people.contact TO people_query")
        await owner.execute("GRANT INSERT ON journal.entry TO journal_writer")
        await owner.close()


@asynccontextmanager
async def _answering(
    hub: Inside, subgraph: str, answer: Callable[[SubgraphResponse], SubgraphResponse]
) -> AsyncIterator[None]:
    """Meanwhile this is what the hub's call of a subgraph gets."""
    call: Any = hub.transports[subgraph].inner
    inner = call.inner
    call.inner = replace(hub.transports[subgraph], inner=inner, answers=answer)
    try:
        yield
    finally:
        call.inner = inner


async def _journal(database: Database) -> dict[str, str]:
    """Hash of the operation by trace, as the journal has them."""
    reader = await database.connect("journal_reader")
    try:
        rows = await reader.fetch("SELECT trace, operation_hash FROM journal.entry")
    finally:
        await reader.close()
    return {row["trace"]: row["operation_hash"] for row in rows}


async def test_39_no_byte_of_a_span_is_a_value_of_anybody_or_a_word_of_a_client(record: Record) -> None:
    everything = {canary.text for canary in record.world.canaries} | {SECRET, "7f3a"}
    everything |= set(record.world.persons.values()) | {"Vurnibal", "Quazombre", "Zelisma"}
    assert len(record.spans_by_trace) == len(record.traces) > 700
    assert canaries_in(everything, record.received) == set()
    for person in BY_SLUG.values():
        assert bytes.fromhex(f"{person.nir:0>16}") not in record.received


async def test_39_a_span_has_no_attribute_event_or_text_beside_the_closed_list(record: Record) -> None:
    kinds = {attribute.key: attribute.kind for attribute in Attribute}
    spans = [span for spans_of_request in record.spans_by_trace.values() for span in spans_of_request]
    for span in spans:
        assert span.name in set(Name), span
        assert span.rest == ("", ""), span
        assert span.attributes.keys() <= kinds.keys(), span
        for key, value in span.attributes.items():
            assert type(value) is {Kind.COUNT: int, Kind.CODES: list, Kind.WORDS: list}.get(kinds[key], str), span
        assert span.get("spie.actor.kind") in {None, *record.actors}, span
        assert span.get("spie.purpose") in {None, *record.purposes}, span
        assert span.get("http.request.method") in {None, "POST", "_OTHER"}, span
    assert {key for span in spans for key in span.attributes} == kinds.keys()


async def test_39_each_request_is_one_trace_under_the_id_that_errors_and_journal_tell(record: Record) -> None:
    for name, got in record.answers.items():
        spans = record.spans(name)
        ids = {span.id for span in spans}
        assert [span.name for span in spans if span.parent not in ids] == [Name.REQUEST], name
        (top,) = [span for span in spans if span.parent == ""]
        assert (top.kind, top.service) == ("server", "spie-hub"), name
        assert top.get("http.response.status_code") == got.status, name
        assert top.get("http.response.body.size") == len(got.body), name
        assert top.get("spie.calls") == sum(got.calls.values()) == sum(span.name == Name.CALL for span in spans), name
        assert sum(span.name == Name.STATEMENT for span in spans) >= sum(got.statements.values()), name
        codes = [error["extensions"]["code"] for error in got.json.get("errors", [])]
        assert top.get("spie.error.codes") == list(dict.fromkeys(codes)), name
        assert top.failed == (got.status >= 500), name
        if record.traces[name] in record.journalled:
            assert top.get("spie.operation.hash") == record.journalled[record.traces[name]], name


async def test_39_a_span_tells_who_asked_by_kind_for_what_purpose_and_which_operation_by_its_hash(
    record: Record,
) -> None:
    top = record.span("journey")
    assert top.get("spie.actor.kind") == "referent_cd"
    assert (top.get("spie.purpose"), top.get("graphql.operation.type")) == ("suivi", "query")
    assert top.get("spie.operation.hash") == record.journalled[record.traces["journey"]]
    refused = record.span("purpose of others")
    assert refused.get("spie.error.codes") == ["PURPOSE_NOT_GRANTED"]
    assert refused.get("spie.actor.kind") is None
    assert record.span("no such purpose").get("spie.error.codes") == ["PURPOSE_UNKNOWN"]
    assert (record.span("method").get("http.request.method"), record.span("method").get("spie.calls")) == ("_OTHER", 0)


async def test_39_a_call_tells_its_subgraph_coordinates_and_count_and_a_statement_its_hash_and_rows(
    record: Record,
) -> None:
    spans = record.spans("journey")
    by_id = {span.id: span for span in spans}
    calls = {(span.get("spie.subgraph"), tuple(span.get("spie.call.asked"))): span for span in spans
             if span.name == Name.CALL}  # fmt: skip
    assert {name for name, _ in calls} == {"people", "appointments", "offers", "trainings"}
    assert calls["people", ("Query.person",)].get("spie.call.representations") is None
    assert calls["appointments", ("Person",)].get("spie.call.representations") == 1
    statements = [span for span in spans if span.name == Name.STATEMENT]
    assert len(statements) == len(calls)
    assert {by_id[span.parent].name for span in statements} == {Name.CALL}
    assert {span.get("spie.statement.hash") for span in statements} <= record.statements
    for span in statements:
        assert (span.kind, span.get("db.system.name")) == ("client", "postgresql")
        assert span.get("db.response.returned_rows") >= 0
    assert record.span("journey", Name.JOURNAL).parent == record.span("journey").id


async def test_39_preparing_is_a_span_once(record: Record) -> None:
    prepared = record.span("journey", Name.PREPARE)
    assert prepared.parent == record.span("journey").id
    for step in (Name.AUTHORISE, Name.PLAN):
        assert record.span("journey", step).parent == prepared.id
    again = {span.name for span in record.spans("journey again")}
    assert again == {Name.REQUEST, Name.CALL, Name.STATEMENT, Name.JOURNAL}


async def test_39_of_an_error_its_code_is_told_and_nothing_that_it_says(record: Record) -> None:
    failed = {span.get("spie.subgraph"): span.get("error.type") for span in record.spans("subgraph error")
              if span.name == Name.CALL}  # fmt: skip
    assert failed == {"people": "SUBGRAPH_ERROR"}
    statement = next(span for span in record.spans("database error") if span.name == Name.STATEMENT and span.failed)
    assert statement.get("error.type") == "INTERNAL_ERROR"
    assert statement.get("db.response.returned_rows") is None
    top = record.span("journal error")
    assert (top.failed, top.get("error.type")) == (True, "JOURNAL_UNAVAILABLE")
    assert record.span("journal error", Name.JOURNAL).get("error.type") == "JOURNAL_UNAVAILABLE"


async def test_39_nothing_of_a_clients_trace_goes_on_but_its_id_unless_it_spells_a_nir(record: Record) -> None:
    nir = BY_SLUG["vurnibal"].nir
    assert record.traces["trace"] == TRACE_ID
    for name in ("trace", "parent", "no traceparent"):
        assert record.span(name).parent == ""
        assert nir not in record.traces[name]
    assert record.traces["parent"] != "ab" * 16
