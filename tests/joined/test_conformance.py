"""`hub subgraph check` finds each way of breaking the contract by its sentence, and passes whoever keeps it."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import GraphQLResolveInfo

from clients.examples.vehicle_loans.server import Context, Item, Refused, Subgraph, unb64
from hub.joined.conformance.caller import Caller
from hub.joined.conformance.check import Outcome, Result, run
from hub.joined.conformance.readings import READINGS
from hub.joined.conformance.refusals import REFUSALS
from hub.joined.conformance.seeds import read_seeds
from hub.strict_toml import TomlRefused
from tests.cli.commands import hub
from tests.joined.loans import KEY, LOANS, PREVIOUS, register, serving

CHECKS = (*REFUSALS, *READINGS)
POLICY = "0123"


class Pinned(Subgraph):
    """The example, with the digest of a policy that it takes alone."""

    def check(self, claims: Mapping[str, Any], body: bytes) -> None:
        super().check(claims, body)
        if claims["policy"] != POLICY:
            raise ValueError("policy")


class Unsigned(Subgraph):
    def signed(self, payload: bytes, signature: bytes) -> dict[str, Any]:
        return dict(orjson.loads(payload))


class Unchecked(Subgraph):
    """Forgives what `forgiven` names."""

    forgiven = ""

    def check(self, claims: Mapping[str, Any], body: bytes) -> None:
        try:
            super().check(claims, body)
        except ValueError as error:
            if str(error) != self.forgiven:
                raise


class AnyAudience(Unchecked):
    forgiven = "audience"


class AnyTime(Unchecked):
    forgiven = "expired"


class AnyBody(Unchecked):
    forgiven = "body"


class Replayed(Subgraph):
    def check_new(self, nonce: str, expiry: int) -> None:
        pass


class AnyHeader(Subgraph):
    """Takes the first of several contexts."""

    def context(self, headers: Sequence[str], body: bytes) -> Context:
        return super().context(headers[:1], body)


class LooseResidual(Subgraph):
    def residual(self, raw: Any) -> Mapping[str, Any]:
        return dict(raw) if isinstance(raw, dict) else {}


class Talkative(Subgraph):
    """Says why it refuses."""

    def context(self, headers: Sequence[str], body: bytes) -> Context:
        try:
            return super().context(headers, body)
        except Refused:
            raise Refused(401, f"CONTEXT_REFUSED_{len(headers)}") from None


class OneKey(Subgraph):
    def signed(self, payload: bytes, signature: bytes) -> dict[str, Any]:
        keys, self.keys = self.keys, self.keys[:1]
        try:
            return super().signed(payload, signature)
        finally:
            self.keys = keys


class Quoting(Subgraph):
    def answer(self, path: str, method: str, headers: Sequence[str], kind: str, body: bytes) -> tuple[int, bytes]:
        status, answer = super().answer(path, method, headers, kind, body)
        return status, answer + body if b'"errors"' in answer and status == 200 else answer


class AnyMethod(Subgraph):
    def answer(self, path: str, method: str, headers: Sequence[str], kind: str, body: bytes) -> tuple[int, bytes]:
        return super().answer(path, "POST", headers, kind, body) if method != "PUT" else (200, b"{}")


class AnyBodyKind(Subgraph):
    def answer(self, path: str, method: str, headers: Sequence[str], kind: str, body: bytes) -> tuple[int, bytes]:
        return super().answer(path, method, headers, "application/json", body)


class IgnoresResidual(Subgraph):
    def holds(self, clauses: Any, facts: int) -> bool:
        return True


class RowsWithoutRule(Subgraph):
    def exists(self, item: Item, context: Context) -> bool:
        return item.type not in context.residual["rows"] or super().exists(item, context)


class AllRows(Subgraph):
    def exists(self, item: Item, context: Context) -> bool:
        return True


class AllClauses(Subgraph):
    def holds(self, clauses: Any, facts: int) -> bool:
        return bool(clauses) and all(Subgraph.holds(self, [clause], facts) for clause in clauses)


class Ungrouped(Subgraph):
    """Takes every link, whoever's scopes they are."""

    def person_facts(self, person_id: str, context: Context) -> int:
        links = [link["key"] for link in self.people.get(person_id, {"links": []})["links"]]
        return super().person_facts(person_id, replace(context, scopes=frozenset(links)))


class Telling(Subgraph):
    """Answers a denied row otherwise than a missing one."""

    def person(self, person_id: str, context: Context) -> Item | None:
        if super().person(person_id, context) is None and person_id in self.people:
            raise ValueError("denied")
        return super().person(person_id, context)


class Unrestricted(Subgraph):
    def person_facts(self, person_id: str, context: Context) -> int:
        return super().person_facts(person_id, context) & ~0b1_1100_0000_0000


class Endless(Subgraph):
    def person_facts(self, person_id: str, context: Context) -> int:
        return super().person_facts(person_id, replace(context, residual={**context.residual, "retentions": []}))


class Redated(Subgraph):
    """Keeps another day than the register's: `moved` gives what it keeps of a person."""

    def __init__(self, rows: Mapping[str, Any], *arguments: Any) -> None:
        people = [{**person, **self.moved(person)} for person in rows["people"]]
        super().__init__({**rows, "people": people}, *arguments)

    def moved(self, person: Mapping[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError


class LinksWithoutEnd(Redated):
    def moved(self, person: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"links": [{**link, "until": None} for link in person["links"]]}


class LinksWithoutBeginning(Redated):
    def moved(self, person: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"links": [{**link, "from": "1900-01-01"} for link in person["links"]]}


class ErasedADayLate(Redated):
    def moved(self, person: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"erasureOn": later(person["erasureOn"])}


class KeptADayLonger(Redated):
    def moved(self, person: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"lastContact": later(person["lastContact"])}


def later(day: str | None) -> str | None:
    """The day after."""
    return day and str(date.fromisoformat(day) + timedelta(days=1))


class OwnClock(Subgraph):
    def context(self, headers: Sequence[str], body: bytes) -> Context:
        return replace(super().context(headers, body), today=datetime.now(UTC).date())


class DayOfUtc(Subgraph):
    def context(self, headers: Sequence[str], body: bytes) -> Context:
        context = super().context(headers, body)
        now = orjson.loads(unb64(headers[0].partition(".")[0]))["now"]
        return replace(context, today=datetime.fromtimestamp(now, UTC).date())


class LoansOfAnyone(Subgraph):
    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        value = super().resolve(source, info, **arguments)
        if info.field_name != "vehicleLoans" or value is None:
            return value
        return [loan for row in self.loans.values() if (loan := self.loan(row, info.context)) is not None]


class AlwaysRecorded(Subgraph):
    def loan(self, loan: Mapping[str, Any], context: Context) -> Item | None:
        return super().loan(loan, replace(context, organisation=loan["recordedBy"]))


class FieldsWithoutRule(Subgraph):
    def readable(self, coordinate: str, item: Item, context: Context) -> bool:
        return coordinate not in context.residual["fields"] or super().readable(coordinate, item, context)


class AllFields(Subgraph):
    def readable(self, coordinate: str, item: Item, context: Context) -> bool:
        return True


class Unreduced(Subgraph):
    def readable(self, coordinate: str, item: Item, context: Context) -> bool:
        rule = context.residual["fields"].get(coordinate, [[], [], [], None])
        return super().readable(coordinate, item, context) or self.holds(rule[2], item.facts)


class OfNobody(Subgraph):
    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        value = super().resolve(source, info, **arguments)
        return ["someone", value[1]] if info.field_name == "_access" else value


class AnyRepresentation(Subgraph):
    def entity(self, representation: Any, context: Context) -> Item | None:
        key_fields = {key: representation.get(key) for key in ("__typename", "id")}
        return super().entity(key_fields, context)


BROKEN: Mapping[type[Subgraph], str] = {
    AnyMethod: "C-02",
    AnyBodyKind: "C-03",
    AnyHeader: "C-04",
    Unsigned: "C-05",
    AnyAudience: "C-06",
    AnyTime: "C-07",
    AnyBody: "C-08",
    Replayed: "C-09",
    LooseResidual: "C-10",
    Talkative: "C-11",
    OneKey: "C-12",
    Subgraph: "C-13",
    Quoting: "C-14",
    RowsWithoutRule: "C-20",
    AllRows: "C-21",
    AllClauses: "C-22",
    Ungrouped: "C-23",
    Telling: "C-24",
    Unrestricted: "C-25",
    ErasedADayLate: "C-25",
    Endless: "C-26",
    KeptADayLonger: "C-26",
    AlwaysRecorded: "C-27",
    LinksWithoutEnd: "C-28",
    LinksWithoutBeginning: "C-28",
    OwnClock: "C-28",
    DayOfUtc: "C-28",
    FieldsWithoutRule: "C-30",
    AllFields: "C-31",
    Unreduced: "C-32",
    OfNobody: "C-33",
    LoansOfAnyone: "C-33",
    AnyRepresentation: "C-40",
}
"""Each variant that breaks the contract, and the sentence that names it."""


@contextmanager
def caller(kind: type[Subgraph]) -> Iterator[Caller]:
    seeds = replace(read_seeds(LOANS / "seeds.toml"), policy=POLICY)
    with serving(kind(register(), (KEY, PREVIOUS))) as url:
        calling = Caller(f"{url}/graphql", seeds, KEY, PREVIOUS)
        try:
            yield calling
        finally:
            calling.close()


def outcomes(kind: type[Subgraph], *sentences: str) -> dict[str, Outcome]:
    """The outcomes of a variant, by sentence: of these, or of all."""
    checks = tuple(check for check in CHECKS if not sentences or check.sentence in sentences)
    with caller(kind) as calling:
        return {outcome.sentence: outcome for outcome in run(checks, calling)}


def test_a_subgraph_written_from_the_document_alone_keeps_every_sentence() -> None:
    results = outcomes(Pinned)
    assert {number: row.failures for number, row in results.items() if row.result is not Result.PASSED} == {}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_each_way_of_breaking_the_contract_fails_the_sentence_that_names_it(kind: type[Subgraph]) -> None:
    (outcome,) = outcomes(kind, BROKEN[kind]).values()
    assert outcome.result is Result.FAILED


def test_a_subgraph_that_ignores_the_residual_fails_wherever_one_forbids() -> None:
    failed = {number for number, row in outcomes(IgnoresResidual).items() if row.result is Result.FAILED}
    assert {"C-21", "C-22", "C-24", "C-25", "C-31"} <= failed


def test_every_sentence_of_the_contract_has_a_check_and_a_variant_that_breaks_it() -> None:
    page = (LOANS.parents[2] / "docs" / "contrat-sous-graphe.md").read_text(encoding="utf-8")
    sentences = re.findall(r"^- \*\*(C-\d+)\*\*", page, re.MULTILINE)
    assert sentences == [check.sentence for check in CHECKS]
    assert {*BROKEN.values()} == {*sentences} - {"C-01"}


def test_the_command_tells_each_sentence_and_ends_by_what_it_found(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(urlsafe_b64encode(KEY).decode(), encoding="ascii")
    arguments = ("--seeds", LOANS / "seeds.toml", "--key", key)
    with serving(Subgraph(register(), (KEY,))) as url:
        result = hub("subgraph", "check", f"{url}/graphql", *arguments)
        as_json = hub("subgraph", "check", f"{url}/graphql", *arguments, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("tenue") == len(CHECKS) - 2, result.out
    rows = {row["sentence"]: row["result"] for row in orjson.loads(as_json.out)}
    assert {number for number, row in rows.items() if row == "UNTRIED"} == {"C-12", "C-13"}
    with serving(AllFields(register(), (KEY,))) as url:
        broken = hub("subgraph", "check", f"{url}/graphql", *arguments)
    assert (broken.code, "NON TENUE" in broken.out) == (3, True)
    hub("subgraph", "check", f"{url}/graphql", *arguments).check_refused("SUBGRAPH_UNREACHABLE")
    hub("subgraph", "check", "ftp://127.0.0.1/graphql", *arguments).check_refused("ARGUMENT_INVALID")


@pytest.mark.parametrize(
    ("text", "replacement", "line"),
    [
        ('read = ["Person.vehicleLoans", "VehicleLoan.vehicle"]', 'read = ["VehicleLoan.vehicle"]', 8),
        ('facts = ["REFERENT", "RECORDED"]', 'facts = ["RECORDED"]', 13),
        ('facts = ["REFERENT", "RECORDED"]', 'facts = ["FRIEND"]', 13),
        ('personal = ["Person", "VehicleLoan"]', 'personal = ["Person"]', 8),
        ('scope = "2 4f6f8a52-0a3b-4f0e-8c58-8d0b6c1f7e02"', 'scope = "REFERENT"', 12),
    ],
)
def test_seeds_that_say_nothing_to_check_are_refused_at_their_line(
    text: str, replacement: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "seeds.toml"
    seeds = (LOANS / "seeds.toml").read_text(encoding="utf-8")
    assert text in seeds
    path.write_text(seeds.replace(text, replacement), encoding="utf-8")
    with pytest.raises(TomlRefused) as caught:
        read_seeds(path)
    assert f"seeds.toml:{line}:" in caught.value.problems[0]
